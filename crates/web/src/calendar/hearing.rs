//! A hearing as an entry of a calendar.
//!
//! Never here: which hearings are set (crate `answers`).

use answers::EventBody;
use event::{Edtf, Instant, Position};

use super::{DayKnowledge, Entry, bounds, entry_id};
use crate::http::log_id::LogId;
use crate::text::words::Words;

/// Makes the entry of a hearing in the language of `w`; none of one without a day. `origin` is where the node is reached, and `received`
/// tells when a position came to the record.
pub fn hearing_entry(
    w: &Words,
    hearing: &EventBody,
    log: LogId,
    origin: &str,
    received: impl Fn(Position) -> Instant,
) -> Option<Entry> {
    let data = &hearing.data;
    let set = data.text("adjourned_to").or(data.text("scheduled"))?;
    let Edtf { days, doubt } = Edtf::parse(set).ok()?;
    let position = hearing.position;
    let last = hearing.revised_by.iter().max().copied();
    let changed = last.unwrap_or(position).max(position);
    let kind = data.text("hearing_kind");
    let title = [w.t("calendar.hearing")].into_iter().chain(kind);
    let title: Vec<&str> = title.chain(hearing.case.as_deref()).collect();
    let mut lines: Vec<String> = bounds(w, days).into_iter().collect();
    if doubt {
        lines.push(w.fill("calendar.doubt", &[("day", set)]));
    }
    if let (Some(_), Some(scheduled)) = (data.text("adjourned_to"), data.text("scheduled")) {
        lines.push(w.fill("calendar.put_off", &[("day", scheduled)]));
    }
    let answers = [("held", "calendar.held"), ("public", "calendar.public")];
    for (name, key) in answers {
        let said = data.text(name).map(|code| w.label("four_valued", code));
        lines.extend(said.map(|said| w.fill(key, &[("answer", &said)])));
    }
    let said = [
        ("calendar.case", hearing.case.clone().unwrap_or_default()),
        ("calendar.people", hearing.persons.join(", ")),
        ("calendar.org", hearing.org.to_string()),
        (
            "calendar.verification",
            w.label("verification", hearing.verification),
        ),
    ];
    let said = said.iter().filter(|(_, said)| !said.is_empty());
    lines.extend(said.map(|(key, said)| w.fill(key, &[("value", said)])));
    let place = data.get("place");
    let place = ["locality", "code"].map(|name| place.and_then(|place| place.text(name)));
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let is_known = days.earliest == days.latest && !doubt;
    Some(Entry {
        uid: entry_id(log, &format!("hearing/{position}")),
        changed: received(changed),
        days,
        knowledge: if is_known {
            DayKnowledge::Known
        } else {
            DayKnowledge::Uncertain
        },
        title: title.join(" · "),
        lines,
        place: (!place.is_empty()).then(|| place.join(", ")),
        address: format!("{origin}/events/{position}"),
        category: "HEARING",
    })
}
