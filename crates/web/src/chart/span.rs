//! Spans of days on one axis: custody bars, and single dates with their uncertainty.
//!
//! What is certain is full, the days on which an edge may lie are hatched, and what nothing has
//! ended runs to the end of the axis with an open edge. Lengths are percents, so a span fits any
//! width.
//!
//! Never here: which spans a person has.

use event::{Day, Days};

use super::{Tone, hatch};

/// From where on the label of a day would run over the edge, in percent of an axis.
pub(crate) const END: f64 = 94.0;

/// How wide the label of a day is on a phone, in percent of an axis.
const LABEL: f64 = 13.0;

/// The days that an axis shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    first: Day,
    last: Day,
}

/// One span: when it began, and when it ended if it did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: Days,
    pub(crate) to: Option<Days>,
    /// How it is drawn: a class of the style sheet.
    pub(crate) class: &'static str,
}

impl Axis {
    /// Makes an axis over all `days`, with room at both ends; none without a known day.
    pub(crate) fn over(days: impl Iterator<Item = Day>) -> Option<Self> {
        let known = days.filter(|day| *day != Day::MIN && *day != Day::MAX);
        let (first, last) = known.fold(None, |span: Option<(Day, Day)>, day| {
            let (first, last) = span.unwrap_or((day, day));
            Some((first.min(day), last.max(day)))
        })?;
        let room = (last.number().saturating_sub(first.number()) / 40).max(2);
        Some(Self {
            first: first.plus(-room),
            last: last.plus(room),
        })
    }

    /// Returns where a day lies, in percent.
    fn at(self, day: Day) -> f64 {
        let whole = f64::from(self.last.number()) - f64::from(self.first.number());
        let part = f64::from(day.number()) - f64::from(self.first.number());
        (part / whole.max(1.0) * 100.0).clamp(0.0, 100.0)
    }

    /// Returns the days on which the labels of the axis stand: the beginnings of years, or of months.
    pub(crate) fn ticks(self) -> Vec<(f64, Day)> {
        let days = self.last.number().saturating_sub(self.first.number());
        if days <= 75 {
            return self.ticks_of_days(days);
        }
        let step_months = match days {
            ..=120 => 1,
            121..=240 => 2,
            241..=480 => 3,
            481..=1_100 => 6,
            1_101..=3_000 => 12,
            _ => 24,
        };
        let Some((year, _, _)) = self.first.ymd() else {
            return Vec::new();
        };
        let mut ticks = Vec::new();
        let mut month: i16 = 0;
        // A century of months bounds the walk, whatever the days say.
        while month < 2_400 {
            let day = i8::try_from(month % 12 + 1)
                .ok()
                .and_then(|m| Day::from_ymd(year.saturating_add(month / 12), m, 1));
            let Some(day) = day.filter(|day| *day <= self.last) else {
                break;
            };
            if day >= self.first {
                ticks.push((self.at(day), day));
            }
            month += step_months;
        }
        ticks
    }

    /// Returns the ticks that have a label: the last one's stands before its day where it would run over
    /// the edge, and is left out where another stands there.
    pub(crate) fn labelled(self) -> Vec<(f64, Day)> {
        let mut ticks = self.ticks();
        if let [.., (before, _), (last, _)] = ticks.as_slice()
            && *last > END
            && last - before < 2.0 * LABEL
        {
            ticks.pop();
        }
        ticks
    }

    /// Returns ticks within few weeks: the same days of each month.
    fn ticks_of_days(self, days: i32) -> Vec<(f64, Day)> {
        let step = match days {
            ..=6 => 1,
            7..=13 => 2,
            14..=26 => 4,
            27..=60 => 10,
            _ => 15,
        };
        let all = (0..=days).map(|n| self.first.plus(n));
        let is_tick = |day: &Day| {
            day.ymd()
                .is_some_and(|(_, _, day)| (day - 1) % step == 0 && day < 29)
        };
        all.filter(is_tick).map(|day| (self.at(day), day)).collect()
    }

    /// Draws spans as one bar, `height` units high.
    pub(crate) fn bar(self, id: &str, spans: &[Span], height: u32, tone: Tone) -> String {
        let mut svg = format!(
            "<svg class=\"spans {}\" width=\"100%\" height=\"{height}\" aria-hidden=\"true\" \
             focusable=\"false\"><defs>{}</defs>",
            tone.class(),
            hatch(id, tone)
        );
        for (at, _) in self.ticks() {
            svg.push_str(&format!(
                "<line class=\"grid\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"0\" y2=\"{height}\"/>"
            ));
        }
        for span in spans {
            self.span(&mut svg, id, span, height);
        }
        svg.push_str("</svg>");
        svg
    }

    fn span(self, svg: &mut String, id: &str, span: &Span, height: u32) {
        let open = span.to.is_none();
        let to = span.to.unwrap_or(Days::one(self.last));
        // An interval with both edges uncertain may have no certain part at all.
        let (sure_from, sure_to) = (span.from.latest, to.earliest.max(span.from.latest));
        let mut part = |class: &str, fill: &str, from: Day, to: Day, least: f64| {
            let (x, end) = (self.at(from), self.at(to));
            let wide = (end - x).max(least);
            svg.push_str(&format!(
                "<rect class=\"{class}\" x=\"{x:.2}%\" width=\"{wide:.2}%\" y=\"0\" \
                 height=\"{height}\" {fill}/>"
            ));
        };
        let hatched = format!("fill=\"url(#{id})\"");
        if span.from.earliest < span.from.latest {
            part("maybe", &hatched, span.from.earliest, span.from.latest, 0.5);
        }
        part(span.class, "", sure_from, sure_to, 0.4);
        if !open && sure_to < to.latest {
            part("maybe", &hatched, sure_to, to.latest, 0.5);
        }
    }

    /// Draws one date: a point where it is one day, a hatched span where it is not.
    pub(crate) fn date(self, id: &str, days: Days, tone: Tone) -> String {
        let (from, to) = (self.at(days.earliest), self.at(days.latest));
        let mut svg = format!(
            "<svg class=\"date {}\" width=\"100%\" height=\"12\" aria-hidden=\"true\" \
             focusable=\"false\">",
            tone.class()
        );
        if days.earliest == days.latest {
            svg.push_str(&format!(
                "<circle class=\"sure\" cx=\"{from:.2}%\" cy=\"6\" r=\"4\"/>"
            ));
        } else {
            svg.push_str(&format!(
                "<defs>{}</defs><rect class=\"maybe\" x=\"{from:.2}%\" width=\"{:.2}%\" y=\"2\" \
                 height=\"8\" fill=\"url(#{id})\"/>",
                hatch(id, tone),
                (to - from).max(1.0)
            ));
        }
        svg.push_str("</svg>");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn an_axis_has_few_labels_and_all_its_days() {
        let axis =
            Axis::over([day("2019-12-30"), day("2021-02-01"), Day::MAX].into_iter()).unwrap();
        let labels: Vec<String> = axis
            .ticks()
            .iter()
            .map(|(_, day)| day.to_string())
            .collect();
        assert_eq!(
            labels,
            [
                "2020-01-01",
                "2020-04-01",
                "2020-07-01",
                "2020-10-01",
                "2021-01-01"
            ]
        );
        assert!(Axis::over([Day::MIN].into_iter()).is_none());
    }

    #[test]
    fn labels_of_days_have_room_on_a_phone() {
        for (from, length) in (0..31).flat_map(|from| (0..70).map(move |length| (from, length))) {
            let first = day("2020-01-15").plus(from);
            let axis = Axis::over([first, first.plus(length)].into_iter()).unwrap();
            let ticks: Vec<f64> = axis.labelled().iter().map(|(at, _)| *at).collect();
            assert!(!ticks.is_empty());
            for two in ticks.windows(2) {
                let least = if two[1] > END { 2.0 * LABEL } else { LABEL };
                assert!(two[1] - two[0] >= least, "{first} {length} {ticks:?}");
            }
        }
    }

    #[test]
    fn what_is_uncertain_is_hatched() {
        let axis = Axis::over([day("2020-01-01"), day("2020-03-01")].into_iter()).unwrap();
        let sure = Days::one(day("2020-02-01"));
        let unsure = Days {
            earliest: day("2020-02-01"),
            latest: day("2020-02-10"),
        };
        assert!(!axis.date("x", sure, Tone::Arrested).contains("maybe"));
        assert!(axis.date("x", unsure, Tone::Arrested).contains("maybe"));
        let span = Span {
            from: unsure,
            to: None,
            class: "custody",
        };
        let bar = axis.bar("b", &[span], 18, Tone::Held);
        assert_eq!(bar.matches("class=\"maybe\"").count(), 1, "{bar}");
    }
}
