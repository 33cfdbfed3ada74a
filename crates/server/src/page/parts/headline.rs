//! The first sentence of the overview: what the record holds in the window, and who is held.
//!
//! Start at [`headlines`].
//!
//! Never here: the totals below it (see [`crate::page::pages::overview`]).

use figures::{Answer, Count};

use crate::http::Problem;
use crate::page::pages::overview::{ARRESTED, Fixed, PanelAnswer, PanelQuestions};
use crate::page::request::PageRequest;
use crate::page::text::format;

const DETAINED: Fixed = &[("kind", "detention")];
const DIED: Fixed = &[("kind", "death")];

/// A figure that the first sentence names.
pub(crate) struct Headline {
    /// The last part of the keys of its words: `overview.<key>`, `total.<key>`.
    pub(crate) key: &'static str,
    pub(crate) answer: PanelAnswer,
}

/// Returns what the first sentence is about, from what the record holds in the window: arrests for the
/// exercise of rights, or else all arrests; detentions where nobody was arrested; deaths.
pub(crate) fn headlines(
    ask: &PanelQuestions<'_>,
    arrested: &PanelAnswer,
) -> Result<Vec<Headline>, Problem> {
    let counts = |answer: &PanelAnswer| counts_any(&answer.2.total);
    let mut named = Vec::new();
    let for_rights = Headline {
        key: "arrested",
        answer: arrested.clone(),
    };
    if counts(arrested) {
        named.push(for_rights);
    } else {
        for (key, fixed) in [("arrested_any", ARRESTED), ("detained", DETAINED)] {
            let answer = ask.figure(fixed)?;
            if counts(&answer) {
                named.push(Headline { key, answer });
            }
        }
    }
    let answer = ask.figure(DIED)?;
    if counts(&answer) {
        named.push(Headline {
            key: "died",
            answer,
        });
    }
    if named.is_empty() {
        named.push(Headline {
            key: "arrested",
            answer: arrested.clone(),
        });
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
    let (window, on) = (format::window(w, window), w.day_text(on));
    let parts = named.iter().map(|figure| {
        let key = format!("overview.{}", figure.key);
        w.count(&key, figure.answer.2.total.count, &[("window", &window)])
    });
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
