//! What went wrong, as a person is told it: what was found, what is right, what to do next.
//!
//! Never here: rejections of events, which are an answer (`commands::emit`).

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use audit::Difference;
use audit::replay::FoldError;
use serde::Deserialize;

/// How the command ended. Documented in `habeas --help`; auditors' scripts go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Ok,
    /// It failed.
    Failed,
    /// The command or a parameter is not right.
    Usage,
    /// A history, a proof or a figure does not match what was signed.
    Differs,
    /// There is no such thing.
    NotFound,
    /// Some events, or rows, were rejected.
    Rejected,
    /// A figure was counted by other rules than this program's, and not counted again.
    OtherRules,
    /// The server is away or busy.
    Unavailable,
}

impl Exit {
    /// Returns the status of the process.
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Differs => 3,
            Self::NotFound => 4,
            Self::Rejected => 5,
            Self::OtherRules => 6,
            Self::Unavailable => 69,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.status().into()
    }
}

/// Characters of an answer that is no problem document that are shown.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// A problem that the server states (docs/reference/problems.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The last part of its `type`; empty for an answer that is no problem document.
    pub(crate) slug: String,
    /// What sort of problem.
    pub(crate) title: String,
    /// What was found, and what is right.
    pub(crate) detail: String,
}

#[derive(Deserialize)]
struct Document {
    r#type: String,
    title: String,
    #[serde(default)]
    detail: String,
}

impl Problem {
    /// Reads the body of an answer that says no.
    pub(super) fn of(status: u16, body: &[u8]) -> Self {
        if let Ok(document) = serde_json::from_slice::<Document>(body) {
            let slug = document.r#type.rsplit('/').next().unwrap_or_default();
            return Self {
                status,
                slug: slug.to_owned(),
                title: document.title,
                detail: document.detail,
            };
        }
        let shown: String = String::from_utf8_lossy(body)
            .trim()
            .chars()
            .take(SHOWN_CHARACTERS_MAX)
            .collect();
        Self {
            status,
            slug: String::new(),
            title: format!("the server answered {status}"),
            detail: shown,
        }
    }

    fn exit(&self) -> Exit {
        match self.status {
            400 if self.slug == "parameter" => Exit::Usage,
            404 => Exit::NotFound,
            429 | 502 | 503 | 504 => Exit::Unavailable,
            _ => Exit::Failed,
        }
    }

    fn next(&self) -> Option<&'static str> {
        match self.slug.as_str() {
            "parameter" => Some("correct it; `habeas COMMAND --help` lists what there is"),
            "body" | "content-type" => {
                Some("send one event, a JSON array of events, or one event a line")
            }
            "too-large" => Some("send it in parts, or use `habeas import`"),
            "token" => Some(
                "name a token with --token or HABEAS_TOKEN, or none for what is public; \
                 the operator makes them with `habeas token new`",
            ),
            "right" => Some("ask with a token of a role that allows it: docs/reference/access.md"),
            "not-found" => Some("list what there is with `habeas cases`, or ask without --at"),
            "position" => Some("ask without --at for the newest, or again when it is reached"),
            "busy" => Some(
                "do the same again: what was written after all is answered as a repeat; \
                 /readyz says what the server waits for",
            ),
            "failed" => Some("try again after a little; if it stays, tell the operator the time"),
            _ if self.slug.is_empty() => Some("check that --server names a Habeas server"),
            _ => None,
        }
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No server answers, or it stopped in the middle of an answer.
    #[error("{server} could not be reached")]
    Unreachable {
        /// The server's address.
        server: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// The server states a problem.
    #[error("{}", .0.title)]
    Refused(Problem),
    /// The server's answer is not of a shape that is known.
    #[error("{url} gave an answer that this program cannot read")]
    Answer {
        /// What was asked for.
        url: String,
        /// What was found.
        found: String,
    },
    /// What was asked is not right, seen before anything was sent.
    #[error("{what}")]
    Usage {
        /// What sort of fault.
        what: String,
        /// What was found.
        found: String,
        /// What is right, where that is a thing of its own.
        right: Option<String>,
        /// What to do.
        next: Option<String>,
    },
    /// There is no such thing, known without asking a server.
    #[error("there is no {what}")]
    Absent {
        /// What there is not.
        what: String,
        /// What to do.
        next: String,
    },
    /// It does not match what was signed.
    #[error("it does not match: {reason}")]
    Differs {
        /// Where, and what was found.
        reason: String,
        /// What is right, where that is a thing of its own.
        right: Option<String>,
        /// What to do.
        next: Option<String>,
    },
    /// A file, or standard input, could not be read.
    #[error("{path} failed to {doing}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The answer could not be written out.
    #[error("the output failed to take what was written")]
    Output(#[source] std::io::Error),
    /// An import stopped.
    #[error("the import stopped")]
    Import(#[source] crate::commands::import::post::Error),
}

/// Columns before the text of a part.
const PART_COLUMNS: usize = 9;

/// What a person is told beside the first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// What was found.
    pub(crate) found: String,
    /// What is right.
    pub(crate) right: Option<String>,
    /// What to do next.
    pub(crate) next: Option<String>,
}

impl Explanation {
    /// Divides a text of the form `found, but right`.
    pub(crate) fn of(text: &str) -> Self {
        let (found, right) = match text.split_once(", but ") {
            Some((found, right)) => (found, Some(right.to_owned())),
            None => (text, None),
        };
        Self {
            found: found.to_owned(),
            right,
            next: None,
        }
    }
}

impl From<Difference> for Failure {
    fn from(difference: Difference) -> Self {
        Self::Differs {
            reason: safe(&difference.found),
            right: difference.right,
            next: difference.next,
        }
    }
}

impl From<audit::Error<Self>> for Failure {
    fn from(error: audit::Error<Self>) -> Self {
        match error {
            audit::Error::Difference(difference) => difference.into(),
            audit::Error::Source(failure) => failure,
        }
    }
}

impl From<FoldError<Self>> for Failure {
    fn from(error: FoldError<Self>) -> Self {
        match error {
            FoldError::Entries(error) => error.into(),
            FoldError::Capacity(capacity) => Self::Usage {
                what: "the history is too long to be folded in memory".to_owned(),
                found: capacity.to_string(),
                right: None,
                next: Some("ask a position before the limit".to_owned()),
            },
        }
    }
}

impl Failure {
    /// Makes the failure of a parameter that is not right, from a text of the form `found, but right`.
    pub(crate) fn parameter(text: &str) -> Self {
        let explained = Explanation::of(text);
        Self::Usage {
            what: "a parameter is not right".to_owned(),
            found: explained.found,
            right: explained.right,
            next: Some("correct it; `habeas COMMAND --help` lists what there is".to_owned()),
        }
    }

    /// Returns the exit status that tells it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unreachable { .. } => Exit::Unavailable,
            Self::Refused(problem) => problem.exit(),
            Self::Usage { .. } => Exit::Usage,
            Self::Differs { .. } => Exit::Differs,
            Self::Absent { .. } => Exit::NotFound,
            Self::Answer { .. } | Self::Io { .. } => Exit::Failed,
            // Whoever reads has seen enough, as `head` has.
            Self::Output(source) if source.kind() == ErrorKind::BrokenPipe => Exit::Ok,
            Self::Output(_) => Exit::Failed,
            Self::Import(crate::commands::import::post::Error::Unreachable { .. }) => {
                Exit::Unavailable
            }
            Self::Import(_) => Exit::Failed,
        }
    }

    /// Explains it.
    pub(crate) fn explain(&self) -> Explanation {
        match self {
            Self::Unreachable { source, .. } => Explanation {
                found: source.to_string(),
                right: None,
                next: Some(
                    "start a server with `make up`, or name another with --server or HABEAS_SERVER"
                        .to_owned(),
                ),
            },
            Self::Refused(problem) => Explanation {
                next: problem.next().map(str::to_owned),
                ..Explanation::of(&problem.detail)
            },
            Self::Answer { found, .. } => Explanation {
                found: found.clone(),
                right: None,
                next: Some(
                    "check that --server names a Habeas server of this program's version"
                        .to_owned(),
                ),
            },
            Self::Usage {
                found, right, next, ..
            } => Explanation {
                found: found.clone(),
                right: right.clone(),
                next: next.clone(),
            },
            Self::Absent { next, .. } => Explanation {
                next: Some(next.clone()),
                ..Explanation::default()
            },
            Self::Differs { right, next, .. } => Explanation {
                found: String::new(),
                right: right.clone(),
                next: next.clone(),
            },
            Self::Io { source, .. } | Self::Output(source) => Explanation::of(&source.to_string()),
            Self::Import(error) => Explanation {
                found: causes(error),
                ..Explanation::default()
            },
        }
    }

    /// Tells a person and returns the exit status. A reader who went away is told nothing.
    pub(crate) fn tell(&self, err: &mut dyn Write) -> Exit {
        let exit = self.exit();
        if exit == Exit::Ok {
            return exit;
        }
        let explained = self.explain();
        let mut text = format!("habeas: {self}\n");
        let parts = [
            ("found", Some(explained.found)),
            ("right", explained.right),
            ("next", explained.next),
        ];
        for (name, part) in parts {
            if let Some(part) = part.filter(|part| !part.is_empty()) {
                let part = self.laid_out(&part);
                text.push_str(&format!("  {:<7}{part}\n", format!("{name}:")));
            }
        }
        // There is nobody left to tell that telling failed.
        err.write_all(text.as_bytes()).unwrap_or_default();
        exit
    }

    /// Makes a part safe to show. Of an import each mistake has a line of its own, below the first.
    fn laid_out(&self, part: &str) -> String {
        if !matches!(self, Self::Import(_)) {
            return safe(part);
        }
        let lines: Vec<String> = part.lines().map(safe).collect();
        lines.join(&format!("\n{}", " ".repeat(PART_COLUMNS)))
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Replaces what a terminal would obey instead of show: control characters, and marks that turn the
/// direction of what stands around them. Events are written by anyone.
pub(crate) fn safe(text: &str) -> String {
    let obeyed =
        |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if obeyed(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(failure: &Failure, status: u8, told: &Expect) {
        let mut err = Vec::new();
        let exit = failure.tell(&mut err);
        assert_eq!(exit.status(), status);
        told.assert_eq(&String::from_utf8(err).unwrap());
    }

    #[test]
    fn a_problem_is_told_as_found_right_and_next() {
        let body = br#"{"type":"/problems/parameter","title":"a parameter is not right",
            "status":400,"detail":"limit is 0, but must be 1 to 1000"}"#;
        check(
            &Failure::Refused(Problem::of(400, body)),
            2,
            &expect![[r#"
                habeas: a parameter is not right
                  found: limit is 0
                  right: must be 1 to 1000
                  next:  correct it; `habeas COMMAND --help` lists what there is
            "#]],
        );
    }

    #[test]
    fn an_answer_that_is_no_problem_document_is_shown_without_control_characters() {
        check(
            &Failure::Refused(Problem::of(502, b"bad\x1b[31m gateway\n")),
            69,
            &expect![[r#"
                habeas: the server answered 502
                  found: bad�[31m gateway
                  next:  check that --server names a Habeas server
            "#]],
        );
    }

    #[test]
    fn each_mistake_of_a_mapping_has_a_line_of_its_own() {
        let mistakes = ["mapping line 1: a\x1b", "mapping line 2: b"].map(str::to_owned);
        let mistakes = mistakes.to_vec();
        check(
            &Failure::Import(import::Error::Mistakes { mistakes }.into()),
            1,
            &expect![[r#"
                habeas: the import stopped
                  found: mapping line 1: a�
                         mapping line 2: b
            "#]],
        );
    }

    #[test]
    fn a_reader_who_went_away_is_no_failure() {
        let failure = Failure::Output(ErrorKind::BrokenPipe.into());
        check(&failure, 0, &expect![[""]]);
    }

    #[test]
    fn each_status_has_its_exit() {
        let exit = |status, slug: &str| {
            let body = format!(r#"{{"type":"/problems/{slug}","title":"t","detail":"d"}}"#);
            Problem::of(status, body.as_bytes()).exit().status()
        };
        assert_eq!(exit(400, "parameter"), 2);
        assert_eq!(exit(400, "body"), 1);
        assert_eq!(exit(401, "token"), 1);
        assert_eq!(exit(404, "not-found"), 4);
        assert_eq!(exit(404, "position"), 4);
        assert_eq!(exit(500, "failed"), 1);
        assert_eq!(exit(503, "busy"), 69);
    }
}
