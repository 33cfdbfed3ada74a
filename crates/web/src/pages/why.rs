//! Why a number changed: the events that moved a figure from one R to a later one, in plain words.
//!
//! The way is that of `answers::Changes`: the deltas add up to the difference exactly.
//!
//! Never here: which events move a figure.

use answers::{Change, FigureDeltas};
use askama::Template;
use axum::response::Response;
use event::Position;
use figures::{At, Delta, UnnamedDelta};

use crate::address::Address;
use crate::formats::Figure;
use crate::http::{Problem, Sort};
use crate::layout::Layout;
use crate::parts::controls::{self, Chip, Hidden};
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// How many events stand on one page.
const LINES: usize = 50;

/// One event that moved the figure.
struct Moved {
    number: String,
    href: Option<String>,
    recorded: Option<String>,
    reason: String,
    kind: Option<String>,
    org: Option<String>,
    target: Option<(String, String)>,
    stated: Option<String>,
    delta: String,
    bounds: Option<String>,
    class: &'static str,
}

/// One of the two ends.
struct End {
    position: u64,
    number: String,
    bounds: Option<String>,
    unnamed: Option<String>,
    when: String,
    href: String,
}

#[derive(Template)]
#[template(path = "why.html")]
struct Page<'v> {
    layout: Layout<'v>,
    figure_title: String,
    from: End,
    to: End,
    difference: String,
    moved: Vec<Moved>,
    shown: Option<String>,
    next: Option<String>,
    still: String,
    chips: Vec<Chip>,
    action: String,
    keep: Vec<Hidden>,
    newest: u64,
    ticks: String,
    figure: String,
}

/// Shows why a figure changed.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let question = request.address.without("from").whole();
    let question = question.without("after");
    let after = request.address.get("after").map_or(Ok(0), str::parse);
    let after = after.map_err(|_| Problem::new(Sort::Parameter, "after must be a position"))?;
    let figure = Figure::of(request, question.pairs()).await?;
    let to = figure.snapshot.position;
    let said = request.address.get("from");
    // An earlier figure of an instant could know of all that happened by then.
    let day = match said.and_then(figures::parse_at) {
        Some(At::Received(instant) | At::Recorded(instant)) => Some(instant.utc_day()),
        Some(At::Position(_) | At::Newest) | None => None,
    };
    let from = match said {
        // Where nothing is said, the way from the beginning.
        None => Position::ZERO,
        Some(said) => {
            let start = Address::default().with("at", said);
            request.ask(start.pairs()).await?.0.position
        }
    };
    if from > to {
        let detail = format!("from is position {from}, but must not be after at, which is {to}");
        return Err(Problem::new(Sort::Parameter, detail));
    }
    if let Some(same) = request.unchanged(&figure.snapshot) {
        return Ok(same);
    }
    let lines = tokio::task::block_in_place(|| {
        let (snapshot, scope) = (&figure.snapshot, request.scope());
        let moves = snapshot.deltas(&figure.question.query, (from, to), day, scope);
        let moved = moves.deltas.iter().copied();
        let moved: Vec<_> = moved
            .filter(|(_, delta)| *delta != Delta::default())
            .collect();
        let positions: Vec<u64> = moved.iter().map(|(position, _)| position.get()).collect();
        let part = Part::of(&positions, after);
        let shown: Vec<_> = moved
            .into_iter()
            .skip(part.before)
            .take(part.shown)
            .collect();
        let changes = snapshot.explain(&moves, &shown, scope)?;
        Ok(Lines {
            moves,
            changes,
            part,
        })
    })
    .map_err(|failure: ReadFailure| Problem::failed(&failure))?;
    let page = made(request, &figure, &question, &lines)?;
    request.send(&figure.snapshot, &page)
}

/// The lines of one page, explained.
struct Lines {
    moves: FigureDeltas,
    changes: Vec<Change>,
    part: Part,
}

/// Which of all lines stand on one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    /// How many stand on the pages before.
    before: usize,
    shown: usize,
    /// How many there are in all.
    of: usize,
}

impl Part {
    /// Takes the lines of the positions past `after`, of all, which rise.
    fn of(positions: &[u64], after: u64) -> Self {
        let before = positions.partition_point(|position| *position <= after);
        Self {
            before,
            shown: (positions.len() - before).min(LINES),
            of: positions.len(),
        }
    }

    /// Says which of the lines are shown, where not all of them are.
    fn said(self, w: &Words) -> Option<String> {
        let number = |n: usize| w.number(u64::try_from(n).unwrap_or(u64::MAX));
        let numbers = [self.before + 1, self.before + self.shown, self.of].map(number);
        let [first, last, of] = &numbers;
        (0 < self.shown && self.shown < self.of).then(|| {
            w.fill(
                "list.shown",
                &[("first", first), ("last", last), ("of", of)],
            )
        })
    }

    const fn is_last(self) -> bool {
        self.before + self.shown >= self.of
    }
}

fn made<'v>(
    request: &'v PageRequest,
    figure: &Figure,
    question: &Address,
    lines: &Lines,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let title = figure.title(w);
    let moves = &lines.moves;
    let adjust = controls::Adjust::new(request, &figure.snapshot, "/why", None, None)?;
    let end = |then: &answers::FigureAt, asked: Option<At>| End {
        position: then.position.get(),
        number: w.number(then.total.count),
        bounds: format::bounds(w, &then.total),
        unnamed: format::unnamed(w, &then.total),
        when: known_on(w, &figure.snapshot, then.position, asked),
        href: request.href("/figures", &question.with("at", &then.position.to_string())),
    };
    let asked = |name: &str| request.address.get(name).and_then(figures::parse_at);
    let from = request.address.get("from").map(ToOwned::to_owned);
    let from = from.unwrap_or_else(|| moves.from.position.to_string());
    let files = question.with("from", &from);
    let still = moves.deltas.len() - lines.part.of;
    let still = u64::try_from(still).unwrap_or(u64::MAX);
    Ok(Page {
        layout: Layout::at(
            request,
            w.fill("why.title", &[("title", &title)]),
            &figure.snapshot,
        )
        .with_files("/v1/figures/changes", &files),
        figure_title: title,
        from: end(&moves.from, asked("from")),
        to: end(&moves.to, asked("at")),
        difference: delta_text(w, &moves.difference),
        moved: lines
            .changes
            .iter()
            .map(|change| line(request, change))
            .collect(),
        shown: lines.part.said(w),
        next: lines
            .changes
            .last()
            .filter(|_| !lines.part.is_last())
            .map(|last| request.address.with("after", &last.position.to_string()))
            .map(|state| request.href("/why", &state)),
        still: w.count("why.still", still, &[]),
        chips: controls::chips(request, "/why", "after"),
        action: request.href("/why", &Address::default()),
        keep: question.without("at").pairs().to_vec(),
        newest: adjust.newest,
        ticks: adjust.ticks,
        figure: request.href("/figures", question),
    })
}

/// Says when the record knew what it held at a position: when the last event up to it was received, or, of
/// an R that is the time of recording, that time.
fn known_on(w: &Words, snapshot: &Snapshot, position: Position, asked: Option<At>) -> String {
    if let Some(At::Recorded(instant)) = asked {
        let day = w.day(instant.utc_day());
        return w.fill("why.recorded_by", &[("day", &day)]);
    }
    let table = snapshot.columns();
    match table.instants().received_at(position) {
        Some(received) => w.fill("why.known", &[("day", &w.day(received.utc_day()))]),
        None => w.t("why.beginning").to_owned(),
    }
}

/// Writes a difference with its sign.
pub(crate) fn signed(w: &Words, n: i64) -> String {
    let number = w.number(n.unsigned_abs());
    match n {
        0 => "±0".to_owned(),
        1.. => format!("+{number}"),
        _ => format!("−{number}"),
    }
}

/// Says by how much a figure moved, the unnamed beside the named: "+1", "−15 unnamed".
pub(crate) fn delta_text(w: &Words, delta: &Delta) -> String {
    let unnamed = &delta.unnamed;
    let named = signed(w, delta.count);
    if *unnamed == UnnamedDelta::default() {
        return named;
    }
    let (lower, upper) = (signed(w, unnamed.lower), signed(w, unnamed.upper));
    // A group without an upper bound leaves the sum without one: it has no difference.
    let said = if unnamed.without_upper > 0 {
        w.fill("why.unnamed_opened", &[("lower", &lower)])
    } else if unnamed.without_upper < 0 {
        w.fill("why.unnamed_closed", &[("lower", &lower)])
    } else if lower == upper {
        w.fill("why.unnamed", &[("n", &lower)])
    } else {
        w.fill(
            "why.unnamed_bounds",
            &[("lower", &lower), ("upper", &upper)],
        )
    };
    if delta.count == 0 {
        return said;
    }
    w.fill("value.named", &[("name", &named), ("value", &said)])
}

/// Says by how much the bounds of a figure moved; none where they moved as the count did.
pub(crate) fn delta_bounds(w: &Words, delta: &Delta) -> Option<String> {
    (delta.at_least != delta.count || delta.at_most != delta.count).then(|| {
        let (least, most) = (signed(w, delta.at_least), signed(w, delta.at_most));
        w.fill("figure.bounds", &[("least", &least), ("most", &most)])
    })
}

/// Says why a figure changed.
pub(crate) fn reason(w: &Words, change: &Change) -> String {
    let reason = serde_json::to_value(change.why.reason).ok();
    let reason = reason.as_ref().and_then(|reason| reason.as_str());
    let key = format!("reason.{}", reason.unwrap_or_default());
    if w.has(&key) {
        w.t(&key).to_owned()
    } else {
        change.why.words.to_owned()
    }
}

fn line(request: &PageRequest, change: &Change) -> Moved {
    let w = request.words();
    let why = &change.why;
    let link = |position: Position| request.link(&format!("/events/{position}"));
    let delta = &change.delta;
    let bounds = delta_bounds(w, delta);
    Moved {
        number: w.number(change.position.get()),
        href: why.kind.map(|_| link(change.position)),
        recorded: change.recorded.as_deref().map(|day| w.day_text(day)),
        reason: reason(w, change),
        kind: why.kind.map(|kind| w.label("kind", kind)),
        org: why.org.clone(),
        target: why
            .target
            .map(|target| (w.number(target.get()), link(target))),
        stated: why.stated.clone(),
        delta: delta_text(w, delta),
        bounds,
        class: match (delta.count, delta.unnamed.lower) {
            (0, 0) => "even",
            (1.., _) | (0, 1..) => "up",
            _ => "down",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_stands_on_one_page() {
        let positions: Vec<u64> = (1..=123).map(|n| n * 10).collect();
        let (mut after, mut shown) = (0, Vec::new());
        loop {
            let part = Part::of(&positions, after);
            assert!(part.shown > 0 && part.shown <= LINES && part.of == 123);
            assert_eq!(part.before, shown.len());
            shown.extend(&positions[part.before..part.before + part.shown]);
            if part.is_last() {
                break;
            }
            after = *shown.last().unwrap();
        }
        assert_eq!(shown, positions);
        let past = Part::of(&positions, 1_230);
        assert_eq!((past.shown, past.is_last()), (0, true));
        assert_eq!(Part::of(&[], 0).shown, 0);
    }
}
