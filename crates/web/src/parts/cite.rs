//! How to cite a figure: as a sentence, as BibTeX, and so that anyone can count it again.
//!
//! Never here: counting.

use figures::Answer;
use sha2::{Digest, Sha256};

use crate::address::Address;
use crate::formats::Figure;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::format;

/// The ways to cite a figure.
pub(crate) struct Cite {
    pub(crate) text: String,
    pub(crate) bibtex: String,
    /// The address that gives the same figure for ever.
    pub(crate) permanent: String,
    /// Where its certificate is, and under which name it is kept; none while no checkpoint covers it.
    pub(crate) certificate: Option<String>,
    pub(crate) file: String,
    /// The command that holds the certificate against a copy of the history.
    pub(crate) verify: String,
    /// The command that counts it again from a copy of the history; none where the certificate is
    /// of a publication.
    pub(crate) replay: Option<String>,
}

impl Cite {
    /// Cites a figure as it is shown.
    pub(crate) fn of_figure(request: &PageRequest, figure: &Figure, title: &str) -> Self {
        let state = permanent(request, figure);
        let as_of = format::as_known(request.words(), &figure.snapshot);
        let certificate = state.href("/v1/figures/certificate");
        let certificate = (
            Some(certificate)
                .filter(|_| request.is_signed(&figure.snapshot, figure.snapshot.position)),
            format!("figure-{}.json", figure.snapshot.position),
        );
        Self {
            replay: Some(replay(request, figure, &state)),
            ..Self::new(
                request,
                (title, &as_of),
                &figure.answer,
                &state,
                certificate,
            )
        }
    }

    /// Cites a figure that was published under an id, which has a certificate.
    pub(crate) fn of_published(
        request: &PageRequest,
        snapshot: &Snapshot,
        (id, title): (&str, &str),
        then: &Answer,
    ) -> Self {
        let w = request.words();
        let (_, query) = then.query.split_once('?').unwrap_or_default();
        let state = Address::new(figures::parse_link(query).unwrap_or_default());
        let position = w.number(then.position.get());
        let as_of = w.fill("as_of.position_only", &[("n", &position)]);
        let certificate = format!("/v1/figures/{id}/certificate");
        let certificate = (
            Some(certificate).filter(|_| request.is_signed(snapshot, then.position)),
            format!("{id}.json"),
        );
        Self::new(request, (title, &as_of), then, &state, certificate)
    }

    fn new(
        request: &PageRequest,
        (title, as_of): (&str, &str),
        answer: &Answer,
        state: &Address,
        (certificate, file): (Option<String>, String),
    ) -> Self {
        let w = request.words();
        let permanent = format!("{}{}", request.origin(), request.href("/figures", state));
        let value = format::counted(w, &answer.total);
        let position = answer.position;
        let text = w.fill(
            "cite.text",
            &[
                ("title", title),
                ("value", &value),
                ("definition", &answer.definition),
                ("as_of", as_of),
                ("scope", &format::scope(w, &answer.scope)),
                ("address", &permanent),
            ],
        );
        let bibtex = format!(
            "@misc{{habeas-{position}-{},\n  title = {{{}: {}}},\n  note = {{{}; position \
             {position}; {}}},\n  howpublished = {{\\url{{{permanent}}}}}\n}}",
            short_hash(&format!("{} {}", answer.scope, answer.query)),
            latex(title),
            latex(&value),
            latex(&answer.definition),
            latex(&format::scope(w, &answer.scope))
        );
        Self {
            text,
            bibtex,
            permanent,
            verify: format!("habeas verify history.jsonl --certificate {file} --policy policy"),
            certificate,
            file,
            replay: None,
        }
    }
}

/// Returns the first 8 hex digits of a question's SHA-256: two figures at one position have two keys.
fn short_hash(question: &str) -> String {
    let mut hash = event::hex(&Sha256::digest(question));
    hash.truncate(8);
    hash
}

/// Writes a text as a BibTeX field in braces: what LaTeX takes for a sign of its own is escaped, and no
/// brace is left alone. Source: btxdoc, 4; LaTeX's ten special characters.
fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' => out.extend(['\\', c]),
            '{' => out.push_str("\\textbraceleft{}"),
            '}' => out.push_str("\\textbraceright{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '\\' => out.push_str("\\textbackslash{}"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Returns the question as it stays true: R as a position, D where it matters.
fn permanent(request: &PageRequest, figure: &Figure) -> Address {
    let state = figure
        .address(request)
        .with("at", &figure.snapshot.position.to_string());
    match &figure.answer.on {
        Some(on) if figure.question.query.is_held() => state.with("on", on),
        _ => state,
    }
}

/// Returns the command that counts a figure again, with no server.
fn replay(request: &PageRequest, figure: &Figure, state: &Address) -> String {
    let scope = match request.scope().name() {
        scope if scope == "public" => String::new(),
        scope => format!(" --scope {scope}"),
    };
    let state = state.without("at");
    let pairs = state.pairs().iter();
    let pairs: String = pairs
        .map(|(name, value)| format!(" {}", quoted(&format!("{name}={value}"))))
        .collect();
    let at = figure.snapshot.position;
    format!("habeas replay history.jsonl --at {at}{scope} figures{pairs}")
}

/// Writes a word as a shell takes it: within quotes where it holds more than plain letters.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~,:/=+".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_bibtex_has_no_bare_sign_and_no_brace_alone() {
        assert_eq!(latex("Arrests, 2020"), "Arrests, 2020");
        assert_eq!(latex("kind:ill_treatment"), "kind:ill\\_treatment");
        assert_eq!(
            latex("50 % {of} \\a\n~^"),
            "50 \\% \\textbraceleft{}of\\textbraceright{} \\textbackslash{}a \
             \\textasciitilde{}\\textasciicircum{}"
        );
    }

    #[test]
    fn a_command_can_be_pasted() {
        assert_eq!(
            quoted("occurred=2020-01-01/2020-12-10"),
            "occurred=2020-01-01/2020-12-10"
        );
        assert_eq!(quoted("law=Criminal Code"), "'law=Criminal Code'");
        assert_eq!(quoted("law=it's"), "'law=it'\\''s'");
        assert_eq!(quoted("law=$(x)"), "'law=$(x)'");
    }
}
