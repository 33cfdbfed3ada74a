//! A hearing as an entry of a calendar.
//!
//! Never here: which hearings are set (crate `answers`).

use answers::EventBody;
use event::{Edtf, Instant, Position};

use super::{DayKnowledge, Entry, bounds, entry_id};
use crate::http::log_id::LogId;

/// Makes the entry of a hearing; none of one without a day. `origin` is where the node is reached, and `received`
/// tells when a position came to the record.
pub fn hearing_entry(
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
    let title = ["Hearing"].into_iter().chain(kind);
    let title: Vec<&str> = title.chain(hearing.case.as_deref()).collect();
    let mut lines: Vec<String> = bounds(days).into_iter().collect();
    if doubt {
        lines.push(format!("The day is in doubt: {set}."));
    }
    if let (Some(_), Some(scheduled)) = (data.text("adjourned_to"), data.text("scheduled")) {
        lines.push(format!("Put off from {scheduled}."));
    }
    let answers = [("held", "Took place"), ("public", "Open to the public")];
    for (name, says) in answers {
        lines.extend(data.text(name).map(|said| format!("{says}: {said}.")));
    }
    let persons = hearing.persons.join(", ");
    let said = [
        ("Case", hearing.case.as_deref().unwrap_or_default()),
        ("People", &persons),
        ("Reported by", hearing.org.as_str()),
        ("Verification", hearing.verification),
    ];
    let said = said.into_iter().filter(|(_, said)| !said.is_empty());
    lines.extend(said.map(|(name, said)| format!("{name}: {said}")));
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
