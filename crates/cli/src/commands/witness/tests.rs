//! A witness over HTTP: statuses, memory, and what it refuses.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;

use audit::fixture::{ORIGIN, key};
use proof::witness::{AddCheckpoint, latest_path, read_cosignatures};
use proof::{Checkpoint, Hash, Note, Role, Tree};
use ureq::Agent;

use super::http;
use super::state::Witness;
use crate::commands::testing::{habeas, midnight};

/// A log of so many entries.
fn tree(size: u64) -> Tree {
    let mut tree = Tree::default();
    for entry in 0..size {
        tree.push(proof::leaf(&entry.to_be_bytes()));
    }
    tree
}

fn checkpoint(size: u64) -> Checkpoint {
    let root = tree(size).root();
    Checkpoint {
        origin: ORIGIN.into(),
        size,
        root,
    }
}

fn request(old: u64, size: u64) -> AddCheckpoint {
    AddCheckpoint {
        old,
        path: proof::consistency(&mut tree(size), old, size)
            .unwrap()
            .unwrap_or_default(),
        checkpoint: checkpoint(size).sign(&key(ORIGIN, Role::Log)).unwrap(),
    }
}

fn open(folder: &Path) -> Result<Witness, crate::client::Failure> {
    let logs = vec![key(ORIGIN, Role::Log).verifier().clone()];
    Witness::open(folder, key("w1.example", Role::Cosigner), logs, midnight)
}

/// A witness that listens for as long as the test runs.
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let witness = Arc::new(open(folder).unwrap());
    std::thread::spawn(move || http::serve(listener, witness));
    url
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None);
    config.build().into()
}

fn post(agent: &Agent, url: &str, body: &str) -> (u16, String, String) {
    let url = format!("{url}/add-checkpoint");
    let mut response = agent.post(&url).send(body).unwrap();
    let media = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), media, body)
}

#[test]
fn a_growing_log_is_cosigned_and_any_other_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (url, agent) = (serve(folder.path()), agent());
    let status = |request: &AddCheckpoint| post(&agent, &url, &request.to_string()).0;
    assert_eq!(status(&request(3, 5)), 409);
    let (code, _, body) = post(&agent, &url, &request(0, 5).to_string());
    assert_eq!(code, 200, "{body}");
    let mut note = Note::new(&checkpoint(5).to_string()).unwrap();
    let lines = read_cosignatures(&body).unwrap();
    assert_eq!(lines.len(), 1);
    note.add(lines[0].clone());
    let signed = note
        .check(&[key("w1.example", Role::Cosigner).verifier()])
        .unwrap();
    let (seconds, _) = midnight().parts();
    assert_eq!(signed[0].time, u64::try_from(seconds).unwrap());

    assert_eq!(status(&request(5, 9)), 200);
    assert_eq!(status(&request(9, 9)), 200);
    // From another size than it knows, with that size as the answer.
    let stale = post(&agent, &url, &request(5, 12).to_string());
    assert_eq!(stale, (409, "text/x.tlog.size".into(), "9\n".into()));
    // Back.
    let mut back = request(5, 5);
    back.old = 9;
    assert_eq!(status(&back), 400);
    // Another root at the same size, and a proof that does not hold.
    let mut fork = checkpoint(9);
    fork.root = Hash::new([7; 32]);
    let mut forked = request(9, 9);
    forked.checkpoint = fork.sign(&key(ORIGIN, Role::Log)).unwrap();
    assert_eq!(status(&forked), 422);
    let mut wrong = request(9, 12);
    wrong.path[0] = Hash::new([7; 32]);
    assert_eq!(status(&wrong), 422);
    wrong.path.pop();
    assert_eq!(status(&wrong), 422);
    // Signed by nobody known, and of a log that nobody knows.
    let mut stranger = request(9, 12);
    let other = proof::Signer::new(ORIGIN, Role::Log, &[7; 32]).unwrap();
    stranger.checkpoint = checkpoint(12).sign(&other).unwrap();
    assert_eq!(status(&stranger), 403);
    let mut elsewhere = checkpoint(12);
    elsewhere.origin = "other.example".into();
    stranger.checkpoint = elsewhere.sign(&key("other.example", Role::Log)).unwrap();
    assert_eq!(status(&stranger), 404);
    assert_eq!(post(&agent, &url, "old 9\n").0, 400);
    // None of that was remembered.
    assert_eq!(status(&request(9, 12)), 200);
}

#[test]
fn what_was_cosigned_is_remembered_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let latest = || {
        let bytes = std::fs::read(folder.path().join(latest_path(ORIGIN))).unwrap();
        Note::parse(&bytes).unwrap()
    };
    {
        let witness = open(folder.path()).unwrap();
        // Two processes with one memory could cosign both sides of a fork.
        assert!(open(folder.path()).is_err());
        witness.add(&request(0, 5).to_string()).unwrap();
        assert_eq!(latest().text(), checkpoint(5).to_string());
        assert_eq!(latest().lines().len(), 2);
    }
    let (url, agent) = (serve(folder.path()), agent());
    assert_eq!(post(&agent, &url, &request(0, 7).to_string()).0, 409);
    assert_eq!(post(&agent, &url, &request(5, 7).to_string()).0, 200);
    let shown = format!("{url}/{}", latest_path(ORIGIN));
    let body = agent
        .get(&shown)
        .call()
        .unwrap()
        .body_mut()
        .read_to_string();
    assert_eq!(body.unwrap(), latest().to_string());
    for (path, status) in [
        (latest_path("other.example"), 404),
        ("lock".into(), 404),
        ("../checkpoint".into(), 404),
        ("add-checkpoint".into(), 405),
    ] {
        let answer = agent.get(&format!("{url}/{path}")).call().unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}

#[test]
fn a_request_that_is_too_long_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(folder.path());
    let status = |head: &str| {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let request = format!("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{head}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(status("Content-Length: 0"), "400");
    assert_eq!(status("Content-Length: 131073"), "413");
    assert_eq!(status("Content-Length: x"), "400");
    assert_eq!(status("Transfer-Encoding: chunked"), "411");
    assert_eq!(status(&format!("X: {}", "x".repeat(20_000))), "400");
}

#[test]
fn a_memory_that_cannot_be_read_or_kept_cosigns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (url, agent) = (serve(folder.path()), agent());
    assert_eq!(post(&agent, &url, &request(0, 5).to_string()).0, 200);
    let file = folder.path().join(latest_path(ORIGIN));
    let kept = std::fs::read(&file).unwrap();
    std::fs::write(&file, "damaged").unwrap();
    for old in [0, 5] {
        assert_eq!(post(&agent, &url, &request(old, 7).to_string()).0, 500);
    }
    std::fs::write(&file, kept).unwrap();
    // A folder where the new note would be written: keeping it fails.
    let beside = file.with_file_name("checkpoint.new");
    std::fs::create_dir(&beside).unwrap();
    assert_eq!(post(&agent, &url, &request(5, 7).to_string()).0, 500);
    std::fs::remove_dir(&beside).unwrap();
    assert_eq!(post(&agent, &url, &request(5, 7).to_string()).0, 200);
}

#[test]
fn of_two_futures_asked_at_once_one_is_cosigned() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(folder.path());
    assert_eq!(post(&agent(), &url, &request(0, 5).to_string()).0, 200);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked = (6..14).map(|size| {
            let url = &url;
            scope.spawn(move || post(&agent(), url, &request(5, size).to_string()).0)
        });
        let asked: Vec<_> = asked.collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    let cosigned = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(cosigned, 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)));
}

#[test]
fn a_key_is_made_once_and_its_secret_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("witness.key");
    let args = [
        "witness",
        "new-key",
        "--name",
        "w1.example",
        "--key",
        file.to_str().unwrap(),
    ];
    let left = habeas("http://127.0.0.1:1", &args, "", None);
    assert_eq!((left.status, left.err.as_str()), (0, ""));
    let public: proof::Verifier = left.out.trim_end().parse().unwrap();
    assert_eq!(
        (public.name(), public.role()),
        ("w1.example", Role::Cosigner)
    );
    let secret = std::fs::read_to_string(&file).unwrap();
    let signer: proof::Signer = secret.trim_end().parse().unwrap();
    assert_eq!(signer.verifier(), &public);
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(habeas("http://127.0.0.1:1", &args, "", None).status, 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret);

    // A log's key is no witness's, and what is in the file is not shown.
    let log = key(ORIGIN, Role::Log);
    std::fs::write(&file, log.secret()).unwrap();
    let vkey = log.verifier().to_string();
    let state = folder.path().join("state");
    let args = [
        "witness",
        "serve",
        "--key",
        file.to_str().unwrap(),
        "--log",
        &vkey,
        "--state",
    ];
    let left = habeas(
        "http://127.0.0.1:1",
        &[&args[..], &[state.to_str().unwrap()]].concat(),
        "",
        None,
    );
    assert_eq!(left.status, 2);
    assert!(!left.err.contains(&log.secret()[40..]), "{}", left.err);
}
