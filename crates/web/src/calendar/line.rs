//! Content lines of iCalendar: escaped, folded, and ended by CR and LF (RFC 5545, 3.1 and 3.3.11).
//!
//! Never here: which properties there are.

use event::{Day, Instant};

/// The most octets of a line, its end not counted (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;

/// Content lines, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a property whose value is no text.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let plain = value.chars().filter(|c| !c.is_control());
        let line: String = name.chars().chain([':']).chain(plain).collect();
        self.fold(&line);
    }

    /// Adds a property whose value is a text.
    pub(super) fn add_text(&mut self, name: &str, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.add(name, &escaped);
    }

    /// Adds a line, cut between characters into lines of which each but the first begins with a space.
    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LINE_OCTETS_MAX {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Writes a day as `20201210`; none outside of the calendar.
pub(super) fn date(day: Day) -> Option<String> {
    let (year, month, of_month) = day.ymd()?;
    Some(format!("{year:04}{month:02}{of_month:02}"))
}

/// Writes an instant as `20201210T090000Z`, to the second.
pub(super) fn utc(instant: Instant) -> String {
    let (seconds, _) = instant.parts();
    let of_day = seconds.rem_euclid(86_400);
    let (hours, minutes) = (of_day / 3_600, of_day / 60 % 60);
    let day = date(instant.utc_day()).unwrap_or_else(|| "19700101".to_owned());
    format!("{day}T{hours:02}{minutes:02}{:02}Z", of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_75_octets_and_never_within_a_letter() {
        let mut lines = Lines::default();
        lines.add_text("SUMMARY", &"ភ្នំពេញ, ".repeat(20));
        let text = lines.into_text();
        let cut: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert!(cut.len() > 4 && cut.iter().all(|line| line.len() <= LINE_OCTETS_MAX));
        let joined = text.replace("\r\n ", "");
        let right = format!("SUMMARY:{}\r\n", "ភ្នំពេញ\\, ".repeat(20));
        assert_eq!(joined, right);
    }

    #[test]
    fn no_text_ends_its_line_or_begins_another() {
        let mut lines = Lines::default();
        lines.add_text("SUMMARY", "a;b\\c\r\nEND:VEVENT\u{0}\u{85}d");
        lines.add("URL", "http://a/\r\nX:1");
        let right = "SUMMARY:a\\;b\\\\c\\nEND:VEVENTd\r\nURL:http://a/X:1\r\n";
        assert_eq!(lines.into_text(), right);
    }
}
