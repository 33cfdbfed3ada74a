//! The days on which someone has been in custody for 6, 12 and 18 months, as entries of a calendar.
//!
//! Never here: who is held, and when a term ends (crate `figures`).

use event::{Day, Days, Instant};
use figures::{Certainty, HeldLine, TERMS_MONTHS, term_end};

use super::{DayKnowledge, Entry, bounds, entry_id};
use crate::http::log_id::LogId;

/// Makes the entries of a stay in custody that goes on at the end of `on`: one a term. `changed` is when the record
/// from which they follow grew last.
pub fn term_entries(
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
        let months_held = format!("{months} months in custody");
        let title = [months_held.as_str()].into_iter().chain(who).chain(case);
        let title: Vec<&str> = title.collect();
        let mut lines: Vec<String> = bounds(days).into_iter().collect();
        let to_come = days.latest > on;
        if to_come {
            lines.push("If the custody goes on until then.".to_owned());
        }
        let is_sure = held.counts == Certainty::Surely && held.since_earliest == held.since_latest;
        lines.push(match held.since_earliest {
            Day::MIN => format!("Held since {} or before.", held.since_latest),
            since if since == held.since_latest => format!("Held since {since}."),
            since => format!("Held since a day from {since} to {}.", held.since_latest),
        });
        if held.counts != Certainty::Surely {
            lines.push("Whether it goes on, or since when, is in doubt.".to_owned());
        }
        lines.push(format!("Held at the end of {on}, as the record knows."));
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
