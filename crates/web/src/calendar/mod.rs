//! Days of the record as an iCalendar file (RFC 5545): hearings, and the ends of terms in custody.
//!
//! Start at [`Calendar`]. The writer is our own: what is needed of the format is a handful of properties, folded at
//! 75 octets, and the crate `icalendar` would bring a second library of dates for them. An entry is of whole days.
//! Where the day is not known, it spans all days that it may be, is `TENTATIVE`, and says so.
//!
//! Names of people are never in it, only their ids: calendars are copied to phones and to other people's servers.
//!
//! Never here: which hearings are set and who is held.

mod hearing;
mod line;
mod term;

use event::{Day, Days, Instant};
use uuid::Uuid;

use crate::http::log_id::LogId;
use crate::text::words::Words;
use line::{Lines, date, utc};

pub use hearing::hearing_entry;
pub use term::term_entries;

/// The media type.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// The ending of the files and of their paths.
pub const ENDING: &str = "ics";

/// Who wrote it (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//Habeas//Habeas//EN";

/// How often a reader is to ask again (RFC 7986, 5.7): as an ISO 8601 duration.
const REFRESH: &str = "PT1H";

/// Who may see what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anyone.
    Public,
    /// Those whom the scope of the answer names.
    Scope,
}

/// How well a day is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKnowledge {
    /// It is that day.
    Known,
    /// It may be another, or may not come.
    Uncertain,
}

/// A calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// What it means that something is listed, and from what it follows: R, the scope and the address that gives it
    /// for ever.
    pub about: String,
    /// The address of that.
    pub address: String,
    /// Who may see it.
    pub audience: Audience,
    /// What stands in it, in its order.
    pub entries: Vec<Entry>,
}

/// What is on some days.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Names it for ever, in every calendar of one log.
    pub uid: Uuid,
    /// When what it follows from came to the record last.
    pub changed: Instant,
    /// The days that it may be; an open end is not drawn.
    pub days: Days,
    /// How well they are known.
    pub knowledge: DayKnowledge,
    /// What it is.
    pub title: String,
    /// What is said of it, a line each.
    pub lines: Vec<String>,
    /// Where it is.
    pub place: Option<String>,
    /// The address of its page.
    pub address: String,
    /// What sort of entry it is.
    pub category: &'static str,
}

impl Calendar {
    /// Writes it.
    #[must_use]
    pub fn write(&self) -> String {
        let mut lines = Lines::default();
        lines.add("BEGIN", "VCALENDAR");
        lines.add("VERSION", "2.0");
        lines.add("PRODID", PRODUCT);
        lines.add("CALSCALE", "GREGORIAN");
        lines.add_text("NAME", &self.name);
        // What programs read that do not know RFC 7986.
        lines.add_text("X-WR-CALNAME", &self.name);
        lines.add_text("DESCRIPTION", &self.about);
        lines.add("URL", &self.address);
        lines.add("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        for entry in &self.entries {
            entry.write(self.audience, &mut lines);
        }
        if self.entries.is_empty() {
            // There must be a component (RFC 5545, 3.6), and this one says nothing.
            for (name, value) in [
                ("BEGIN", "VTIMEZONE"),
                ("TZID", "UTC"),
                ("BEGIN", "STANDARD"),
                ("DTSTART", "19700101T000000"),
                ("TZOFFSETFROM", "+0000"),
                ("TZOFFSETTO", "+0000"),
                ("END", "STANDARD"),
                ("END", "VTIMEZONE"),
            ] {
                lines.add(name, value);
            }
        }
        lines.add("END", "VCALENDAR");
        lines.into_text()
    }
}

impl Entry {
    fn write(&self, audience: Audience, lines: &mut Lines) {
        let Some((first, end)) = self.span() else {
            return;
        };
        let status = match self.knowledge {
            DayKnowledge::Known => "CONFIRMED",
            DayKnowledge::Uncertain => "TENTATIVE",
        };
        let class = match audience {
            Audience::Public => "PUBLIC",
            Audience::Scope => "CONFIDENTIAL",
        };
        lines.add("BEGIN", "VEVENT");
        lines.add("UID", &self.uid.to_string());
        lines.add("DTSTAMP", &utc(self.changed));
        lines.add("LAST-MODIFIED", &utc(self.changed));
        lines.add("DTSTART;VALUE=DATE", &first);
        if let Some(end) = end {
            lines.add("DTEND;VALUE=DATE", &end);
        }
        lines.add_text("SUMMARY", &self.title);
        lines.add_text("DESCRIPTION", &self.lines.join("\n"));
        if let Some(place) = &self.place {
            lines.add_text("LOCATION", place);
        }
        lines.add("URL", &self.address);
        lines.add("CATEGORIES", self.category);
        lines.add("STATUS", status);
        lines.add("TRANSP", "TRANSPARENT");
        lines.add("CLASS", class);
        lines.add("END", "VEVENT");
    }

    /// Returns the first day and the one after the last (RFC 5545, 3.6.1: the end is not inside); of an open end
    /// the day that is said. None of no day at all.
    fn span(&self) -> Option<(String, Option<String>)> {
        let (first, last) = match self.days {
            Days {
                earliest: Day::MIN,
                latest,
            } => (latest, latest),
            Days {
                earliest,
                latest: Day::MAX,
            } => (earliest, earliest),
            Days { earliest, latest } => (earliest, latest),
        };
        // Behind the last day of the calendar there is none: it is of one day then (RFC 5545, 3.6.1).
        Some((date(first)?, date(last.plus(1))))
    }
}

/// Says between which days something is, where that is not one day.
fn bounds(w: &Words, days: Days) -> Option<String> {
    let (first, last) = (days.earliest.to_string(), days.latest.to_string());
    let key = match days {
        Days {
            earliest: Day::MIN, ..
        } => "calendar.on_or_before",
        Days {
            latest: Day::MAX, ..
        } => "calendar.on_or_later",
        Days { earliest, latest } if earliest == latest => return None,
        Days { .. } => "calendar.between",
    };
    Some(w.fill(key, &[("first", &first), ("last", &last)]))
}

/// Returns the name of an entry in every calendar of a log: a UUID of version 5 (RFC 9562, 5.5).
fn entry_id(log: LogId, what: &str) -> Uuid {
    Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("habeas:{log}/calendar/{what}").as_bytes(),
    )
}

#[cfg(test)]
mod tests;
