//! The first sentence of the overview: what the record holds in the window, and who is held.
//!
//! Start at [`headlines`].
//!
//! Never here: the totals below it (see [`crate::pages::overview`]).

use figures::{Answer, Count};

use crate::http::Problem;
use crate::parts::panel_questions::{ARRESTED, Fixed, PanelAnswer, PanelQuestions};
use crate::text::words::Words;
use crate::text::{format, sentence as sentences};

const DETAINED: Fixed = &[("kind", "detention")];
const DISAPPEARED: Fixed = &[("kind", "disappearance,abduction")];
const DIED: Fixed = &[("kind", "death")];
/// Everybody of whom the record says anything in the window.
const ANYONE: Fixed = &[];

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

    fn counts(&self) -> bool {
        counts_any(&self.answer.2.total)
    }

    /// Says the figure as a part of the first sentence, with its bounds and the unnamed beside it.
    fn said(&self, w: &Words, window: &str) -> String {
        let (_, query, answer) = &self.answer;
        let total = &answer.total;
        let said = match self.key {
            Some(key) => w.count(
                &format!("overview.{key}"),
                total.count,
                &[("window", window)],
            ),
            None => {
                let name = sentences::without_window(w, query);
                let value = w.number(total.count);
                w.fill("value.named", &[("name", &name), ("value", &value)])
            }
        };
        with_bounds(w, said, total)
    }

    /// Returns the words for the figure among the totals.
    pub(crate) fn label(&self, w: &Words) -> String {
        match self.key {
            Some(key) => w.t(&format!("total.{key}")).to_owned(),
            None => sentences::without_window(w, &self.answer.1),
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
        .partition(Headline::counts);
    if counting.is_empty() {
        return Ok(nothing.into_iter().take(1).collect());
    }
    Ok(counting)
}

/// Returns what the record holds in the window: arrests for the exercise of rights, or else all arrests;
/// detentions where they are of more people; disappearances; deaths; and where it holds none of these,
/// whoever stands in it.
fn from_the_record(
    ask: &PanelQuestions<'_>,
    arrested: &PanelAnswer,
) -> Result<Vec<Headline>, Problem> {
    let mut named = vec![Headline::of("arrested", arrested.clone())];
    if !counts_any(&arrested.2.total) {
        named = vec![Headline::of("arrested_any", ask.figure(ARRESTED)?)];
    }
    let people = |figure: &Headline| {
        let total = &figure.answer.2.total;
        (total.count, total.unnamed.map(|unnamed| unnamed.lower))
    };
    let detained = Headline::of("detained", ask.figure(DETAINED)?);
    if named
        .iter()
        .all(|arrested| people(&detained) > people(arrested))
    {
        named.push(detained);
    }
    for (key, fixed) in [("disappeared", DISAPPEARED), ("died", DIED)] {
        named.push(Headline::of(key, ask.figure(fixed)?));
    }
    named.retain(Headline::counts);
    if named.is_empty() {
        named.push(Headline::of("anyone", ask.figure(ANYONE)?));
    }
    Ok(named)
}

/// Whether a figure counts anything, the unnamed included.
pub(crate) fn counts_any(count: &Count) -> bool {
    count.at_most > 0 || format::someone_unnamed(count).is_some()
}

/// Says the first sentence: the window with the reader's filters, each figure with its bounds, who is held.
pub(crate) fn sentence(ask: &PanelQuestions<'_>, named: &[Headline], held: &Answer) -> String {
    let w = ask.request.words();
    // In a log without events there is no day on which anyone could be held.
    let Some(on) = held.on.as_deref() else {
        return w.t("overview.nothing").to_owned();
    };
    let window = format::window(w, &ask.window);
    let said: Vec<String> = named.iter().map(|figure| figure.said(w, &window)).collect();
    let first = said.join(w.t("list.and"));
    let on = w.day_text(on);
    let second = w.count("overview.held", held.total.count, &[("on", &on)]);
    let second = with_bounds(w, second, &held.total);
    let sentence = w.fill(
        "overview.sentence",
        &[("arrested", &first), ("held", &second)],
    );
    let window = ask.with_filters(window);
    w.fill("value.named", &[("name", &window), ("value", &sentence)])
}

/// Adds the bounds of a figure, and who stands unnamed beside it, to what is said of it.
fn with_bounds(w: &Words, said: String, total: &Count) -> String {
    let parts = [format::bounds(w, total), format::unnamed(w, total)];
    let parts = parts.into_iter().flatten();
    parts.fold(said, |said, part| {
        w.fill("figure.with", &[("number", &said), ("part", &part)])
    })
}
