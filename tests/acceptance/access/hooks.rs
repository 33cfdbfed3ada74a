//! Submissions of a form, posted to a hook: who may, what comes of them, and that one sent again adds nothing.
//!
//! Never here: what a mapping makes of them (crate `import`).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};

use access::Role;
use serde_json::json;
use server::http::hooks::HOOK_BYTES_MAX;

use super::Offices;
use crate::client::{Answer, Client};
use crate::node::{Flags, Node, root};

const JSON: &str = "application/json";

/// Makes a folder with a hook of alpha, behind which stands the shipped mapping of the form.
pub(super) fn folder(folder: &Path) -> PathBuf {
    let hooks = folder.join("hooks");
    std::fs::create_dir_all(&hooks).expect("a folder");
    let shipped = root().join("docs/examples/mappings/kobo.toml");
    let mapping = std::fs::read_to_string(shipped).expect("a mapping");
    let mapping = mapping.replacen("org = \"your-organisation\"", "org = \"alpha\"", 1);
    std::fs::write(hooks.join("arrests.toml"), mapping).expect("a file");
    hooks
}

fn submission(person: &str, note: &str) -> String {
    let body = json!({
        "_id": 101, "end": "2020-12-27T10:00:00.000+07:00", "kind": "arrest", "day": "2020-12-25",
        "case": "2020-014", "people": [{"people/person": person}], "note": note, "visibility": "public",
    });
    body.to_string()
}

/// The answer to a body of so many bytes, which end after the first.
fn announced(client: &Client, bytes: usize) -> String {
    let address = client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a node");
    let head = format!(
        "POST /v1/hooks/arrests HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {JSON}\r\nContent-Length: {bytes}\r\n\r\n{{",
        client.token()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    stream.shutdown(Shutdown::Write).expect("ended");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_submission_becomes_an_event_once_and_by_its_own_organisation_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("data");
    Offices::open(&data);
    let flags = Flags {
        hooks: Some(folder(place.path())),
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    let of = |org, role| Offices::client(&node, org, role);
    let send = |client: &Client, media: &str, body: &str| -> Answer {
        // On a connection of its own: one whose body was refused unread is closed.
        let client = Client::new(client.base(), client.token());
        client.post_to("/v1/hooks/arrests", media, body)
    };
    let writer = of("alpha", Role::Writer);
    let first = send(&writer, JSON, &submission("14", "at the market"));
    assert_eq!(first.status, 200, "{}", first.text);
    assert!(
        first.headers.contains("habeas-rows: used=1, skipped=0"),
        "{}",
        first.headers
    );
    let first = first.json()[0].clone();
    assert_eq!(
        (&first["repeat"], first["position"].is_u64()),
        (&json!(false), true)
    );
    let again = send(&writer, JSON, &submission("14", "at the market"));
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(
        (&again.json()[0]["repeat"], &again.json()[0]["position"]),
        (&json!(true), &first["position"])
    );
    let other = send(&writer, JSON, &submission("14", "at the bridge"));
    assert_eq!(other.status, 409, "{}", other.text);
    let kept = node.client.public(&format!(
        "/v1/events/{}?min_position={0}",
        first["position"]
    ));
    assert!(kept.text.contains("alpha:p-14"), "{}", kept.text);

    // Who may not, and what is no submission.
    let good = submission("15", "");
    assert_eq!(send(&of("alpha", Role::Reader), JSON, &good).status, 403);
    let foreign = send(&of("beta", Role::Desk), JSON, &good);
    let none = of("alpha", Role::Writer).post_to("/v1/hooks/nothing", JSON, &good);
    assert_eq!((foreign.status, none.status), (404, 404));
    assert_eq!(foreign.text, none.text);
    assert_eq!(node.client.bare_post("/v1/hooks/arrests"), 401);
    assert_eq!(send(&writer, "text/csv", &good).status, 415);
    let unread = send(&writer, JSON, &good.replace("2020-12-25", "Sokha"));
    assert_eq!(unread.status, 400);
    assert!(unread.text.contains("submission 1, day"), "{}", unread.text);
    assert!(!unread.text.contains("Sokha"), "{}", unread.text);
    // What would be lost is refused, so that who sent it keeps it.
    for (from, to, told) in [
        (
            "\"arrest\"",
            "\"arest\"",
            "submission 1, kind: no [[event]] section",
        ),
        (
            "[{\"people/person\":\"15\"}]",
            "\"Sokha\"",
            "people is no list",
        ),
    ] {
        let body = good.replace(from, to);
        assert_ne!(body, good);
        let lost = send(&writer, JSON, &body);
        assert_eq!(lost.status, 400, "{}", lost.text);
        assert!(
            lost.text.contains(told) && !lost.text.contains("Sokha"),
            "{}",
            lost.text
        );
    }
    for (bytes, status) in [(HOOK_BYTES_MAX + 1, "413"), (HOOK_BYTES_MAX, "400")] {
        let answer = announced(&writer, bytes);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    // An event that the check refuses has a verdict, as of any other way.
    let refused = send(&writer, JSON, &good.replace("\"public\"", "\"publik\""));
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(refused.json()[0]["code"], "E0203");
    assert_eq!(send(&writer, JSON, &good.replace("101", "102")).status, 200);
    node.stop();
}
