//! Commands from the command line to exit status and output, against recorded answers.

mod certificate;
mod emit;
mod history;
mod keys;
mod mutations;
mod shown;

use clap::{CommandFactory, Parser};

use super::testing::{Server, answer, habeas, problem};
use super::{Cli, Command};

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

/// A command's own option of the same name as one of every command takes that one's value for its own, and ends in
/// a panic where the two are of different types; that of `import` is of the same.
#[test]
fn no_command_has_an_option_of_the_name_of_one_of_every_command() {
    let all = Cli::command();
    let global: Vec<String> = all
        .get_arguments()
        .filter(|one| one.is_global_set())
        .map(|one| one.get_id().to_string())
        .collect();
    assert!(!global.is_empty());
    let others = all
        .get_subcommands()
        .filter(|one| one.get_name() != "import");
    let mut open: Vec<clap::Command> = others.cloned().collect();
    while let Some(command) = open.pop() {
        for one in command.get_arguments() {
            let id = one.get_id().to_string();
            assert!(!global.contains(&id), "{}: --{id}", command.get_name());
        }
        open.extend(command.get_subcommands().cloned());
    }
}

#[test]
fn the_server_and_the_token_mean_the_same_before_and_after_the_command() {
    let import = ["import", "--mapping", "m.toml"];
    let (server, token) = (["--server", "http://there"], ["--token", "t"]);
    for args in [
        [server.as_slice(), &token, &import].concat(),
        [import.as_slice(), &server, &token].concat(),
    ] {
        let cli = Cli::try_parse_from([["habeas"].as_slice(), &args].concat()).unwrap();
        let Command::Import(own) = cli.command else {
            panic!("not an import: {args:?}");
        };
        assert_eq!(own.server, "http://there");
        assert_eq!(own.token.as_deref(), Some("t"));
    }
    let cli = Cli::try_parse_from(["habeas", "codes", "--server", "http://there"]).unwrap();
    assert_eq!(cli.server, "http://there");
}

#[test]
fn what_is_wrong_on_the_command_line_is_told_before_anything_is_sent() {
    // Nobody listens there: a command that asked would end with 69.
    let nobody = "http://127.0.0.1:1";
    for args in [
        ["figures", "sort=persons"].as_slice(),
        &["figures", "kind=arest"],
        &["figures", "kind"],
        &["figures", "kind=arrest", "kind=release"],
        &["figures", "--on", "2020-02-30"],
        &["figures", "--at", "yesterday"],
        &["figures", "at=1", "--at", "2"],
        &["figures", "kind=arrest", "definition=detained/any"],
        &["cases", "nobody"],
        &["cases", "--at", "recorded:soon"],
        &["cases", "--limit", "0"],
        &["watch", "--after", "-1"],
        &["conquer"],
        &[],
    ] {
        let left = habeas(nobody, args, "", None);
        assert_eq!((left.status, left.out.as_str()), (2, ""), "{args:?}");
        assert!(!left.err.is_empty(), "{args:?}");
    }
    let left = habeas("ftp://there", &["cases"], "", None);
    assert_eq!(left.status, 2);
    assert!(left.err.contains("http://HOST:PORT"), "{}", left.err);
}

#[test]
fn help_goes_to_standard_output_and_tells_the_exit_statuses() {
    let left = habeas("http://127.0.0.1:1", &["--help"], "", None);
    assert_eq!((left.status, left.err.as_str()), (0, ""));
    for status in ["   0  ", "   1  ", "   2  ", "   4  ", "   5  ", "  69  "] {
        assert!(left.out.contains(status), "{status:?} is not told");
    }
}

#[test]
fn a_problem_of_the_server_shows_in_the_exit_status() {
    for (status, slug, exit) in [
        (400, "parameter", 2),
        (401, "token", 1),
        (404, "not-found", 4),
        (404, "position", 4),
        (500, "failed", 1),
        (503, "busy", 69),
    ] {
        let server = Server::new(vec![problem(status, slug, "it is a, but must be b")]);
        let left = habeas(&server.url, &["cases"], "", None);
        assert_eq!((left.status, left.out.as_str()), (exit, ""), "{slug}");
        let told = "habeas: the title\n  found: it is a\n  right: must be b\n  next:  ";
        assert!(left.err.starts_with(told), "{}", left.err);
        server.requests();
    }
}

#[test]
fn a_server_that_is_away_is_told_with_how_to_start_one() {
    // The port was free a moment ago, and nobody listens on it now.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for args in [["cases"].as_slice(), &["figures"], &["watch"]] {
        let left = habeas(&url, args, "", None);
        assert_eq!((left.status, left.out.as_str()), (69, ""), "{args:?}");
        assert!(
            left.err
                .starts_with("habeas: http://SERVER could not be reached\n")
        );
        assert!(left.err.contains("`make up`"), "{}", left.err);
    }
}

#[test]
fn an_answer_of_another_shape_is_a_failure() {
    for body in [
        "<html>",
        "{}",
        r#"{"position":1,"scope":"public","cases":[{"case":1}]}"#,
    ] {
        let server = Server::new(vec![answer(200, "", body)]);
        let left = habeas(&server.url, &["cases", "-o", "table"], "", None);
        assert_eq!((left.status, left.out.as_str()), (1, ""), "{body}");
        server.requests();
    }
}

#[test]
fn the_token_goes_along_and_the_question_is_encoded() {
    let server = Server::new(vec![
        answer(200, "", include_str!("recorded/figure.json")),
        answer(200, "", include_str!("recorded/case_unsure.json")),
    ]);
    let args = [
        "figures",
        "law=A & B",
        "--at",
        "2020-12-10T10:00:00+07:00",
        "--token",
        " t\n",
    ];
    assert_eq!(habeas(&server.url, &args, "", None).status, 0);
    let args = ["cases", "a-b:x~1", "--at", "7"];
    assert_eq!(habeas(&server.url, &args, "", None).status, 0);
    let requests = server.requests();
    assert_eq!(
        requests[0].head[0],
        "GET /v1/figures?law=A%20%26%20B&at=2020-12-10T10:00:00%2B07:00 HTTP/1.1"
    );
    assert_eq!(requests[0].header("authorization"), Some("Bearer t"));
    assert_eq!(requests[1].head[0], "GET /v1/cases/a-b:x~1?at=7 HTTP/1.1");
}
