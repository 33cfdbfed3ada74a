//! A list of findings: where each was found, and the part of the list that one page shows.
//!
//! Never here: what counts as a finding (crate `fold`).

use event::{CaseId, PersonId};

use crate::http::{Problem, Sort};
use crate::layout::Way;
use crate::record::Snapshot;
use crate::request::PageRequest;

/// How many findings stand on one page. Source: docs/reference/limits.md.
pub(crate) const LINES: usize = 50;

/// How many bytes of text that people wrote stand on one page of a list, at the most, so that the page stays
/// under 60 KB on the wire however little it can be compressed. Source: docs/reference/limits.md.
pub(crate) const TEXT_BYTES: usize = 32 << 10;

/// Where something was found.
pub(crate) struct Place {
    pub(crate) case: Option<Way>,
    pub(crate) person: Option<Way>,
}

/// Some lines of a list of findings, with how many there are in all, and of how many people.
pub(crate) struct Found<T> {
    pub(crate) lines: Vec<T>,
    pub(crate) all: usize,
    pub(crate) persons: usize,
}

/// The part of a list that one page shows.
pub(crate) struct Part<T> {
    pub(crate) lines: Vec<T>,
    pub(crate) count: String,
    pub(crate) persons: String,
    pub(crate) next: Option<String>,
}

/// Finds R, and where in the list the page begins.
pub(crate) async fn page_start(request: &PageRequest) -> Result<(Snapshot, usize), Problem> {
    request.takes(&["at", "from"])?;
    let from = from(request)?;
    Ok((request.snapshot().await?, from))
}

/// Returns how many lines of a list stand on the pages before this one.
///
/// # Errors
/// [`Problem`] when `from` is not a number of lines, or one beyond all lists.
pub(crate) fn from(request: &PageRequest) -> Result<usize, Problem> {
    let from = request.address.get("from").unwrap_or("0");
    let lines = from.parse::<u32>().ok();
    lines
        .and_then(|lines| usize::try_from(lines).ok())
        .ok_or_else(|| {
            let most = u32::MAX;
            let detail = format!("from is {from:?}, but must be a number of lines, 0 to {most}");
            Problem::new(Sort::Parameter, detail)
        })
}

/// Returns how many items stand on one page of a list whose items take so many bytes of text each: at most
/// [`LINES`], and no more than [`TEXT_BYTES`] beside the first one.
pub(crate) fn fitting(bytes: impl IntoIterator<Item = usize>) -> usize {
    let mut sum = 0_usize;
    let fits = bytes.into_iter().take(LINES).take_while(|bytes| {
        let is_first = sum == 0;
        sum = sum.saturating_add(*bytes);
        is_first || sum <= TEXT_BYTES
    });
    fits.count()
}

/// Makes the part of a list that begins after `from` lines.
pub(crate) fn shown<T>(
    request: &PageRequest,
    path: &str,
    from: usize,
    all: usize,
    persons: usize,
    lines: impl Iterator<Item = T>,
) -> Part<T> {
    let w = request.words();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let next = from.saturating_add(LINES);
    Part {
        lines: lines.collect(),
        count: w.number(count(all)),
        persons: w.count("findings.persons", count(persons), &[]),
        next: (next < all)
            .then(|| request.href(path, &request.address.with("from", &next.to_string()))),
    }
}

/// Says where something was found.
pub(crate) fn place(
    request: &PageRequest,
    case: Option<&CaseId>,
    person: Option<&PersonId>,
) -> Place {
    let way = |path: &str, id: &str| Way {
        name: id.to_owned(),
        href: request.link(&format!("/{path}/{id}")),
        here: false,
    };
    Place {
        case: case.map(|id| way("cases", id.as_str())),
        person: person.map(|id| way("persons", id.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_so_many_lines_and_so_much_text() {
        for (bytes, right) in [
            (vec![], 0),
            (vec![10; 7], 7),
            (vec![10; 700], LINES),
            (vec![TEXT_BYTES + 1, 10], 1),
            (vec![TEXT_BYTES, 1], 1),
            (vec![TEXT_BYTES - 1, 1, 1], 2),
        ] {
            assert_eq!(fitting(bytes.clone()), right, "{bytes:?}");
        }
    }
}
