//! The commands over the access file, in a folder of their own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use expect_test::expect;

use crate::commands::testing::{CommandOutput, habeas};

fn run(folder: &Path, args: &[&str]) -> CommandOutput {
    let data = folder.to_str().unwrap();
    habeas("http://none", &[args, &["--data", data]].concat(), "", None)
}

#[test]
fn a_token_is_made_listed_rotated_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(
        run(folder, &["org", "add", "desk", "--name", "The Desk"]).status,
        0
    );
    let added = run(
        folder,
        &["person", "add", "sokha", "--name", "Sokha", "--org", "desk"],
    );
    assert_eq!(added.status, 0, "{}", added.err);
    let new = [
        "token", "new", "--org", "desk", "--person", "sokha", "--role", "desk",
    ];
    let made = run(
        folder,
        &[new.as_slice(), &["--expires", "2020-12-31"]].concat(),
    );
    let token = made.out.trim();
    assert!(
        token.starts_with("habeas_") && made.err.contains("this once"),
        "{made:?}"
    );

    let file = folder.join("access.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(token) && text.contains("sha256"), "{text}");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );

    let listed = run(folder, &["token", "list"]).out;
    let line: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(line["expires"], "2021-01-01T00:00:00Z");
    assert_eq!(line["state"], "valid");
    let id = line["id"].as_str().unwrap();
    let rotated = run(folder, &["token", "rotate", id]);
    assert_ne!(rotated.out.trim(), token);
    let states = |text: &str| -> Vec<String> {
        let line = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        text.lines()
            .map(|text| line(text)["state"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        states(&run(folder, &["token", "list"]).out),
        ["revoked", "valid"]
    );
    assert_eq!(run(folder, &["token", "rotate", id]).status, 2);
    assert_eq!(run(folder, &["token", "revoke", "none"]).status, 4);
    assert_eq!(
        run(folder, &["org", "list", "-o", "csv"]).out,
        "id,name,people,tokens\ndesk,The Desk,1,2\n"
    );
    assert_eq!(
        run(folder, &["person", "list", "-o", "csv"]).out,
        "id,name,organisation\nsokha,Sokha,desk\n"
    );
}

#[test]
fn what_is_not_right_changes_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("access.toml");
    std::fs::write(&file, "format = 1\n\n[[organisation]]\nid = \"desk\"\n").unwrap();
    let told = run(folder.path(), &["org", "add", "other", "--name", "Other"]);
    let told_in = told.err.replace(folder.path().to_str().unwrap(), "DATA");
    expect![[r#"
        habeas: DATA/access.toml is not right
          found: line 3: missing field `name`
          next:  correct it by hand; the node goes on with the last right one
    "#]]
    .assert_eq(&told_in);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 4);
    std::fs::remove_file(&file).unwrap();
    let new = |role: &str, more: &[&str]| {
        let args = [&["token", "new", "--role", role], more].concat();
        run(folder.path(), &args).status
    };
    assert_eq!(new("writer", &[]), 2);
    assert_eq!(new("writer", &["--org", "desk"]), 4);
    assert_eq!(new("public", &["--org", "desk"]), 2);
    assert_eq!(new("operator", &["--expires", "2020-01-01"]), 2);
    assert_eq!(new("operator", &["--expires", "0d"]), 2);
    assert_eq!(new("operator", &["--expires", "never"]), 0);
    let nowhere = run(
        &folder.path().join("none"),
        &["org", "add", "desk", "--name", "Desk"],
    );
    assert_eq!(nowhere.status, 4, "{}", nowhere.err);
}

/// A command whose own option has the name of one of every command would end in a panic.
#[test]
fn an_account_at_a_provider_is_added_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for args in [
        ["org", "add", "desk", "--name", "The Desk"].as_slice(),
        &["person", "add", "sokha", "--name", "Sokha", "--org", "desk"],
        &[
            "token", "new", "--org", "desk", "--person", "sokha", "--role", "desk",
        ],
    ] {
        assert_eq!(run(folder, args).status, 0, "{args:?}");
    }
    let listed = run(folder, &["token", "list"]).out;
    let line: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let id = line["id"].as_str().unwrap();
    let account = ["--issuer", "https://id.example", "--subject", "s1"];
    let add = ["access", "login", "add", "--reads-as", id];
    let added = run(folder, &[add.as_slice(), &account].concat());
    assert_eq!(added.status, 0, "{}", added.err);
    let listed = run(folder, &["access", "login", "list"]).out;
    let line: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(
        (&line["token"], &line["subject"]),
        (&id.into(), &"s1".into())
    );
}
