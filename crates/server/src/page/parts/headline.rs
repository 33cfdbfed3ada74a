//! The first sentence of the overview: what the record holds in the window, and who is held.
//!
//! Start at [`headlines`].
//!
//! Never here: the totals below it (see [`crate::page::pages::overview`]).

use figures::{Answer, Count, Query};

use crate::http::Problem;
use crate::page::pages::overview::{ARRESTED, Fixed, PanelAnswer, PanelQuestions};
use crate::page::request::PageRequest;
use crate::page::text::{format, sentence as sentences};

const DETAINED: Fixed = &[("kind", "detention")];
const DIED: Fixed = &[("kind", "death")];

/// A figure that the first sentence names.
pub(crate) struct Headline {
    /// The last part of the keys of its words: `overview.<key>`, `total.<key>`; none for a question of
    /// the operator's, which is said as every figure is.
    pub(crate) key: Option<&'static str>,
    pub(crate) answer: PanelAnswer,
}

impl Headline {
    const fn of(key: &'static str, answer: PanelAnswer) -> Self {
        Self {
            key: Some(key),
            answer,
        }
    }

    /// Says the figure as a part of the first sentence.
    fn said(&self, request: &PageRequest, window: &str) -> String {
        let w = request.words();
        let (_, query, answer) = &self.answer;
        match self.key {
            Some(key) => {
                let window = format::window(w, window);
                let count = answer.total.count;
                w.count(&format!("overview.{key}"), count, &[("window", &window)])
            }
            None => {
                let name = sentences::title(w, query, Some(window), answer);
                let value = w.number(answer.total.count);
                w.fill("value.named", &[("name", &name), ("value", &value)])
            }
        }
    }

    /// Returns the words for the figure among the totals.
    pub(crate) fn label(&self, request: &PageRequest) -> String {
        let w = request.words();
        let (_, query, _): &(_, Query, _) = &self.answer;
        match self.key {
            Some(key) => w.t(&format!("total.{key}")).to_owned(),
            None => sentences::without_window(w, query),
        }
    }
}

/// Returns what the first sentence is about: of the operator's questions those that count anything in the
/// window, or else the first; without them, what the record holds there.
pub(crate) fn headlines(
    ask: &PanelQuestions<'_>,
    arrested: &PanelAnswer,
) -> Result<Vec<Headline>, Problem> {
    let questions = ask.request.headline();
    if questions.is_empty() {
        return from_the_record(ask, arrested);
    }
    // A definition that was not known yet at R has no figure.
    let answers = questions
        .iter()
        .filter_map(|question| ask.figure(&question.pairs()).ok());
    let (counting, nothing): (Vec<_>, Vec<_>) = answers
        .map(|answer| Headline { key: None, answer })
        .partition(|figure| counts_any(&figure.answer.2.total));
    if counting.is_empty() {
        return Ok(nothing.into_iter().take(1).collect());
    }
    Ok(counting)
}

/// Returns what the record holds in the window: arrests for the exercise of rights, or else all arrests;
/// detentions where nobody was arrested; deaths.
fn from_the_record(
    ask: &PanelQuestions<'_>,
    arrested: &PanelAnswer,
) -> Result<Vec<Headline>, Problem> {
    let counts = |answer: &PanelAnswer| counts_any(&answer.2.total);
    let mut named = Vec::new();
    if counts(arrested) {
        named.push(Headline::of("arrested", arrested.clone()));
    } else {
        for (key, fixed) in [("arrested_any", ARRESTED), ("detained", DETAINED)] {
            let answer = ask.figure(fixed)?;
            if counts(&answer) {
                named.push(Headline::of(key, answer));
            }
        }
    }
    let answer = ask.figure(DIED)?;
    if counts(&answer) {
        named.push(Headline::of("died", answer));
    }
    if named.is_empty() {
        named.push(Headline::of("arrested", arrested.clone()));
    }
    Ok(named)
}

/// Whether a figure counts anything, the unnamed included.
pub(crate) fn counts_any(count: &Count) -> bool {
    count.at_most > 0 || format::someone_unnamed(count).is_some()
}

/// Says the first sentence, and the bounds of its first figure.
pub(crate) fn sentence(
    request: &PageRequest,
    window: &str,
    named: &[Headline],
    held: &Answer,
) -> (String, Option<String>) {
    let w = request.words();
    let on = held.on.as_deref().unwrap_or_default();
    let on = w.day_text(on);
    let parts = named.iter().map(|figure| figure.said(request, window));
    let first = parts.collect::<Vec<String>>().join(w.t("list.and"));
    let second = w.count("overview.held", held.total.count, &[("on", &on)]);
    let sentence = w.fill(
        "overview.sentence",
        &[("arrested", &first), ("held", &second)],
    );
    let first = named.first().map(|figure| &figure.answer.2.total);
    let beside = [
        first.and_then(|total| format::bounds(w, total)),
        first.and_then(|total| format::unnamed(w, total)),
    ];
    let beside: Vec<String> = beside.into_iter().flatten().collect();
    (sentence, (!beside.is_empty()).then(|| beside.join(" · ")))
}
