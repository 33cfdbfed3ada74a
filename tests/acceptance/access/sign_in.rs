//! Signing in on the page: a form of this site gives a cookie, which reads and does nothing else.

use access::Role;

use super::{Offices, kept};
use crate::client::{Answer, Client};
use crate::node::{Flags, Node};

/// The value of a cookie that an answer sets; the last one counts.
pub(super) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.headers.lines().rev();
    let mut set = lines.filter_map(|line| line.strip_prefix("set-cookie: "));
    let begin = format!("{name}=");
    let value = set.find_map(|line| line.strip_prefix(&begin))?;
    value.split(';').next().map(str::to_owned)
}

/// The hidden field of the form on a page.
pub(super) fn field(answer: &Answer) -> String {
    let (_, rest) = answer
        .text
        .split_once(r#"name="form" value=""#)
        .expect("a form");
    rest.split('"').next().expect("a value").to_owned()
}

#[test]
fn a_reader_signs_in_by_a_form_of_this_site_alone_and_out_again() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let desk = Offices::client(&node, "alpha", Role::Desk);
    assert_eq!(desk.lines(&[kept("alpha", 1).to_string()]).status, 200);
    let nobody = Client::new(node.client.base(), "");
    let shown = nobody.public("/access");
    let browser = cookie(&shown, "habeas_form").expect("a cookie");
    let (browser, form) = (format!("habeas_form={browser}"), field(&shown));
    let body = format!("form={form}&token={}", desk.token());
    let refused: [(&[(&str, &str)], &str); 5] = [
        (&[], &body),
        (
            &[("cookie", "habeas_form=00000000000000000000000000000000")],
            &body,
        ),
        (&[("cookie", &browser)], &format!("token={}", desk.token())),
        (
            &[("cookie", &browser), ("origin", "http://elsewhere")],
            &body,
        ),
        (
            &[("cookie", &browser), ("sec-fetch-site", "same-site")],
            &body,
        ),
    ];
    for (headers, body) in refused {
        let answer = nobody.form("/access", headers, body);
        assert_eq!(
            (answer.status, cookie(&answer, "habeas_token")),
            (403, None)
        );
    }
    let wrong = nobody.form(
        "/access",
        &[("cookie", &browser)],
        &format!("form={form}&token=x"),
    );
    assert_eq!((wrong.status, cookie(&wrong, "habeas_token")), (401, None));
    let entered = nobody.form("/access", &[("cookie", &browser)], &body);
    assert_eq!(entered.status, 303, "{}", entered.text);
    let given = entered
        .headers
        .lines()
        .find(|line| line.contains("habeas_token"));
    let given = given.expect("a cookie");
    assert!(given.contains("HttpOnly; SameSite=Strict"), "{given}");
    let signed_in = format!(
        "{browser}; habeas_token={}",
        cookie(&entered, "habeas_token").expect("a token")
    );
    let access = nobody.with("/access", "cookie", &signed_in);
    assert!(
        access
            .text
            .contains("Somebody of alpha, ALPHA, desk, desk-alpha"),
        "{}",
        access.text
    );
    assert_eq!(
        nobody.with("/cases/alpha:c1", "cookie", &signed_in).status,
        200
    );
    assert_eq!(nobody.public("/cases/alpha:c1").status, 404);
    let sent = nobody.form("/v1/events", &[("cookie", &signed_in)], "{}");
    assert_eq!(sent.status, 401, "a cookie sends nothing");
    // A copy of the browser holds no token, and nothing once it was left.
    let session = cookie(&entered, "habeas_token").expect("a session");
    assert!(!desk.token().contains(&session) && !session.contains("habeas_"));
    let bearer = Client::new(node.client.base(), &session);
    assert_eq!(bearer.get("/v1/cases").status, 401, "a session is no token");
    let reads = |session: &str| {
        let cookie = format!("habeas_token={session}");
        nobody.with("/v1/cases/alpha:c1", "cookie", &cookie).status
    };
    let enter = || {
        let entered = nobody.form("/access", &[("cookie", &browser)], &body);
        cookie(&entered, "habeas_token").expect("a session")
    };
    let (second, third) = (enter(), enter());
    assert_eq!([&session, &second, &third].map(|one| reads(one)), [200; 3]);
    let left = nobody.form(
        "/access",
        &[("cookie", &signed_in)],
        &format!("form={}", field(&access)),
    );
    assert_eq!(cookie(&left, "habeas_token").as_deref(), Some(""));
    assert_eq!(
        [&session, &second, &third].map(|one| reads(one)),
        [401, 200, 200]
    );
    let holder = format!("{browser}; habeas_token={second}");
    let leave = |form: &str| {
        let everywhere = format!("form={form}&everywhere=yes");
        nobody
            .form("/access", &[("cookie", &holder)], &everywhere)
            .status
    };
    // A page of a neighbouring host may set a cookie here, and has forms of sessions of its own.
    let others = leave(&field(&access));
    assert_eq!((others, reads(&second)), (403, 200));
    assert_eq!(
        leave(&field(&nobody.with("/access", "cookie", &holder))),
        303
    );
    assert_eq!([&second, &third].map(|one| reads(one)), [401; 2]);
    // A page says that the session has ended; a file, a chart or a frame cannot, and would pass for the desk's own.
    let asked = |path: &str| nobody.with(path, "cookie", &holder);
    let page = asked("/cases");
    assert!(page.status == 200 && page.text.contains("Your access has ended"));
    for path in [
        "/v1/figures.svg",
        "/v1/figures.csv",
        "/v1/figures.atom",
        "/embed",
    ] {
        let path = format!("{path}?measure=persons&kind=arrest");
        assert_eq!(asked(&path).status, 401, "{path}");
        assert_eq!(nobody.public(&path).status, 200, "{path}");
    }
    assert_eq!(
        desk.get("/v1/cases/alpha:c1").status,
        200,
        "the token itself goes on"
    );
    // What was done stands on a page, for those who may read it.
    let fourth = format!("{browser}; habeas_token={}", enter());
    let page = nobody.with("/uses", "cookie", &fourth);
    assert!(
        page.status == 200 && page.text.contains("signed in"),
        "{}",
        page.text
    );
    let page = nobody.with("/km/uses", "cookie", &fourth);
    assert!(page.text.contains("បានចូល"), "{}", page.text);
    assert_eq!(nobody.public("/uses").status, 401);
    assert_eq!(nobody.public("/access?token=x").status, 400);
    node.stop();
}
