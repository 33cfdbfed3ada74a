//! The days on which someone has been in custody for 6, 12 and 18 months, as entries of a calendar.
//!
//! Never here: who is held, and when a term ends (crate `figures`).

use event::{Day, Days, Instant};
use figures::{Certainty, HeldLine, TERMS_MONTHS, term_end};

use super::{DayKnowledge, Entry, bounds, entry_id};
use crate::http::log_id::LogId;
use crate::text::words::Words;

/// Makes the entries of a stay in custody that goes on at the end of `on`, in the language of `w`: one a term. `changed` is when the record
/// from which they follow grew last.
pub fn term_entries(
    w: &Words,
    held: &HeldLine,
    on: Day,
    log: LogId,
    origin: &str,
    changed: Instant,
) -> Vec<Entry> {
    let entry = |months: &i16| {
        let end = |since: Day| match since {
            Day::MIN => Some(Day::MIN),
            since => term_end(since, *months),
        };
        let days = Days {
            earliest: end(held.since_earliest)?,
            latest: end(held.since_latest)?,
        };
        let (who, case) = (held.person.as_deref(), held.case.as_deref());
        let months_held = w.fill("calendar.months", &[("months", &months.to_string())]);
        let title = [months_held.as_str()].into_iter().chain(who).chain(case);
        let title: Vec<&str> = title.collect();
        let mut lines: Vec<String> = bounds(w, days).into_iter().collect();
        let to_come = days.latest > on;
        if to_come {
            lines.push(w.t("calendar.to_come").to_owned());
        }
        let is_sure = held.counts == Certainty::Surely && held.since_earliest == held.since_latest;
        let (first, last) = (held.since_earliest, held.since_latest);
        let key = match first {
            Day::MIN => "calendar.since_or_before",
            first if first == last => "calendar.since",
            _ => "calendar.since_between",
        };
        let (first, last) = (first.to_string(), last.to_string());
        lines.push(w.fill(key, &[("first", &first), ("last", &last)]));
        if held.counts != Certainty::Surely {
            lines.push(w.t("calendar.perhaps").to_owned());
        }
        lines.push(w.fill("calendar.as_of", &[("day", &on.to_string())]));
        Some(Entry {
            uid: entry_id(log, &format!("term/{}/{months}", held.position)),
            changed,
            days,
            knowledge: if is_sure && !to_come {
                DayKnowledge::Known
            } else {
                DayKnowledge::Uncertain
            },
            title: title.join(" · "),
            lines,
            place: None,
            address: match case {
                Some(case) => format!("{origin}/cases/{case}"),
                None => format!("{origin}/events/{}", held.position),
            },
            category: "CUSTODY",
        })
    };
    TERMS_MONTHS.iter().filter_map(entry).collect()
}
