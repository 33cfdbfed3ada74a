//! Signing in at a provider (OpenID Connect): a real one on loopback, with a browser at it.
//!
//! Never here: what a session may do ([`super::sign_in`]).

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use access::{Account, Issuer, Login, Role, TokenId};
use serde_json::json;

use super::clients::are_installed;
use super::sign_in::cookie;
use super::{Offices, instant, kept};
use crate::client::{Answer, Client};
use crate::node::{Flags, Node, root};

/// A provider and a browser at it.
struct Provider {
    process: Child,
    asks: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
    issuer: String,
}

impl Provider {
    fn start(back: &str, secret: &str) -> Self {
        let mut process = Command::new("node")
            .arg(root().join("tests/acceptance/access/provider.mjs"))
            .args([back, secret])
            .env("HABEAS_TEST_NODE", root().join(".tools/node"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let asks = process.stdin.take().expect("its input is piped");
        let mut says = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        // Libraries may warn there.
        let issuer = says.by_ref().map_while(Result::ok);
        let issuer = { issuer }.find(|line| line.starts_with("http://"));
        Self {
            issuer: issuer.expect("an address"),
            process,
            asks,
            says,
        }
    }

    /// Signs in as an account at an address of the provider; returns the path that it leads back to.
    fn browse(&mut self, address: &str, account: &str, base: &str) -> String {
        let asked = json!({"go": address, "as": account});
        writeln!(self.asks, "{asked}").expect("it reads");
        let back = self.says.next().expect("an answer").expect("text");
        let path = back.strip_prefix(base);
        path.unwrap_or_else(|| panic!("it leads to {back}"))
            .to_owned()
    }

    fn stop(mut self) {
        drop(self.asks);
        self.process.wait().expect("it ends");
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

/// A file that its user alone reads.
fn secret_file(folder: &Path, secret: &str) -> String {
    let path = folder.join("oidc.secret");
    std::fs::write(&path, secret).expect("a file");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, mode).expect("a mode");
    path.to_str().expect("a path").to_owned()
}

fn flags(listen: &str, issuer: &str, more: &[&str]) -> Flags {
    let back = format!("http://{listen}/access/provider");
    let own = ["--oidc-issuer", issuer, "--oidc-client", "habeas"];
    let own = own.into_iter().chain(["--oidc-return", &back]);
    Flags {
        listen: Some(listen.to_owned()),
        more: own.chain(more.iter().copied()).map(str::to_owned).collect(),
        ..Flags::default()
    }
}

fn login(issuer: &str, account: Account, token: &str) -> Login {
    Login {
        issuer: Issuer::parse(issuer).expect("an issuer"),
        account,
        token: TokenId::parse(token).expect("an id"),
    }
}

/// Where an answer leads.
fn location(answer: &Answer) -> String {
    let mut lines = answer.headers.lines();
    let found = lines.find_map(|line| line.strip_prefix("location: "));
    found
        .unwrap_or_else(|| panic!("{} {}", answer.status, answer.headers))
        .to_owned()
}

/// Begins to sign in, as a browser of its own; returns its cookie and where it is led.
fn begin(client: &Client) -> (String, String) {
    let answer = client.form_get("/access/provider", &[]);
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(
        answer.headers.contains("HttpOnly; SameSite=Lax"),
        "{}",
        answer.headers
    );
    let given = cookie(&answer, "habeas_sign_in").expect("a cookie");
    (format!("habeas_sign_in={given}"), location(&answer))
}

/// Signs in as an account, as a browser of its own; returns the last answer.
fn sign_in(client: &Client, provider: &mut Provider, account: &str) -> Answer {
    let (browser, address) = begin(client);
    let back = provider.browse(&address, account, client.base());
    client.form_get(&back, &[("cookie", &browser)])
}

#[test]
fn who_signs_in_at_the_provider_reads_as_the_access_file_says_and_nobody_else_does() {
    if !are_installed() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let listen = free_address();
    let secret = "invented-secret-of-32-characters";
    let base = format!("http://{listen}");
    let mut provider = Provider::start(&format!("{base}/access/provider"), secret);
    let mut offices = Offices::open(folder.path());
    let subject = |text| Account::subject(text).expect("a subject");
    offices.file.logins = vec![
        login(&provider.issuer, subject("subject-1"), "desk-alpha"),
        login(
            &provider.issuer,
            Account::email("dara@alpha.example").expect("an address"),
            "desk-beta",
        ),
        // Of another provider: who is called so there is somebody else.
        login("https://id.example", subject("subject-4"), "desk-alpha"),
    ];
    offices.write(folder.path());
    let file = secret_file(folder.path(), secret);
    let flags = flags(&listen, &provider.issuer, &["--oidc-secret-file", &file]);
    let node = Node::start(folder.path(), &flags);
    let desk = Offices::client(&node, "alpha", Role::Desk);
    assert_eq!(desk.lines(&[kept("alpha", 1).to_string()]).status, 200);
    let nobody = Client::new(node.client.base(), "");
    let page = nobody.public("/access");
    assert!(
        page.text.contains("href=\"/access/provider\""),
        "{}",
        page.text
    );

    // By the subject: a page of one's own, a session, and what a session reads.
    let entered = sign_in(&nobody, &mut provider, "subject-1");
    assert_eq!(entered.status, 200, "{}", entered.text);
    assert!(
        entered
            .text
            .contains("Somebody of alpha, ALPHA, desk, desk-alpha"),
        "{}",
        entered.text
    );
    assert!(
        entered.headers.contains("refresh: 0; url=/"),
        "{}",
        entered.headers
    );
    assert_eq!(cookie(&entered, "habeas_sign_in").as_deref(), Some(""));
    let session = cookie(&entered, "habeas_token").expect("a session");
    assert!(session.starts_with("session_") && entered.headers.contains("SameSite=Strict"));
    let reads = |session: &str| {
        let cookie = format!("habeas_token={session}");
        nobody.with("/v1/cases/alpha:c1", "cookie", &cookie).status
    };
    assert_eq!(reads(&session), 200);
    // By an address that the provider has verified; and not by one that it has not.
    let other = sign_in(&nobody, &mut provider, "subject-2");
    assert!(
        other.text.contains("Somebody of beta, BETA"),
        "{}",
        other.text
    );
    for (account, told) in [
        ("subject-3", "knows you as subject-3"),
        ("subject-4", "knows you as subject-4"),
    ] {
        let refused = sign_in(&nobody, &mut provider, account);
        assert_eq!(
            (refused.status, cookie(&refused, "habeas_token")),
            (403, None)
        );
        assert!(refused.text.contains(told), "{}", refused.text);
    }

    // An attempt is of one browser, and its code of one use.
    let (browser, address) = begin(&nobody);
    let (other_browser, _) = begin(&nobody);
    let back = provider.browse(&address, "subject-1", &base);
    let with = |path: &str, cookie: &str| nobody.form_get(path, &[("cookie", cookie)]);
    for (path, cookie, status) in [
        (back.as_str(), "", 403),
        (&back, &other_browser, 403),
        (&back.replace("state=", "state=0"), &browser, 403),
        (&back.replace("iss=http", "iss=https"), &browser, 403),
        ("/access/provider?code=x", &browser, 403),
        ("/access/provider?error=access_denied", &browser, 403),
        (&back.replace("code=", "code=x"), &browser, 403),
        (&back, &browser, 200),
        (&back, &browser, 403),
    ] {
        let answer = with(path, cookie);
        let given = cookie_of_session(&answer);
        assert_eq!(
            (answer.status, given),
            (status, status == 200),
            "{path} {}",
            answer.text
        );
    }
    // Another site's page begins nothing.
    let led = nobody.form_get("/access/provider", &[("sec-fetch-site", "cross-site")]);
    assert_eq!(
        (location(&led).as_str(), cookie(&led, "habeas_sign_in")),
        ("/access", None)
    );

    // The session ends with the token, and so does signing in.
    let id = TokenId::parse("desk-alpha").expect("an id");
    offices.file.revoke(&id, instant()).expect("a token");
    offices.write(folder.path());
    assert!((0..100_000).any(|_| reads(&session) == 401), "it goes on");
    let refused = sign_in(&nobody, &mut provider, "subject-1");
    assert_eq!(refused.status, 403, "{}", refused.text);
    let uses = node.client.get("/v1/uses").json().to_string();
    assert!(
        uses.contains("refused_sign_in") && uses.contains("signed_in"),
        "{uses}"
    );

    // Where the provider is away, tokens go on.
    provider.stop();
    let away = nobody.form_get("/access/provider", &[]);
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.headers.contains("retry-after: 10"), "{}", away.headers);
    assert_eq!(
        Offices::client(&node, "beta", Role::Desk)
            .get("/v1/cases")
            .status,
        200
    );
    node.stop();
    let log = std::fs::read_to_string(folder.path().join("habeasd.log")).expect("a log");
    for text in ["subject-", "dara@", secret, "session_", "code="] {
        assert!(!log.contains(text), "{text} in {log}");
    }
}

fn cookie_of_session(answer: &Answer) -> bool {
    cookie(answer, "habeas_token").is_some()
}

#[test]
fn a_provider_that_says_nothing_holds_nobody_up_for_long() {
    let folder = tempfile::tempdir().expect("a folder");
    // It takes connections, and answers none.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", silent.local_addr().expect("an address"));
    let node = Node::start(folder.path(), &flags(&free_address(), &issuer, &[]));
    let nobody = Client::new(node.client.base(), "");
    let away = nobody.form_get("/access/provider", &[]);
    assert_eq!(away.status, 503, "{}", away.text);
    node.stop();
}

#[test]
fn a_sign_in_under_way_ends_with_the_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", silent.local_addr().expect("an address"));
    let node = Node::start(folder.path(), &flags(&free_address(), &issuer, &[]));
    let nobody = Client::new(node.client.base(), "");
    std::thread::scope(|scope| {
        let asks = scope.spawn(|| nobody.form_get("/access/provider", &[]));
        // It asks the provider, which takes the question and says nothing.
        let held = silent.accept().expect("a connection");
        node.stop();
        let answer = asks.join().expect("an answer");
        let is_of_the_stop = answer.text.contains("the node is stopping");
        assert!(answer.status == 503 && is_of_the_stop, "{}", answer.text);
        drop(held);
    });
}
