//! What is said on standard error while an import waits for the server: that it is away, or how far the log is read.
//!
//! Start at [`Voice::of`]. On a terminal it stands above the bar of `progress`; elsewhere each thing is a line, said once.
//!
//! Never here: the summary (`show`).

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::request::TRIES_MAX;
use crate::commands::import::Args;
use crate::terminal::table::grouped;

/// What stands on the bar's line while the log is read.
const READING: &str = "{bar:24} {percent:>3} % of the log is read, {elapsed} gone, {eta} left";

/// How things are said.
#[derive(Clone, Debug)]
enum Manner {
    /// Not at all.
    Silent,
    /// A line each.
    Lines,
    /// A line each, above a bar.
    Bar,
    /// Kept for a test.
    #[cfg(test)]
    Kept(std::rc::Rc<std::cell::RefCell<Vec<String>>>),
}

/// Says what an import waits for.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    manner: Manner,
    /// The bar, hidden where there is none.
    pub(super) bar: ProgressBar,
    is_away: Cell<bool>,
    /// Whether it was said that the log is read.
    has_said_reading: Cell<bool>,
    /// Whether the bar is that of the log, and not of the input.
    is_reading: Cell<bool>,
    /// What stands on the bar's line else.
    style: Cell<Option<&'static str>>,
}

impl Voice {
    /// A voice for a command line: a bar where standard error is a terminal.
    pub(super) fn of(args: &Args) -> Self {
        if args.quiet {
            Self::with(Manner::Silent, ProgressBar::hidden())
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(0);
            if !bar.is_hidden() {
                bar.enable_steady_tick(Duration::from_millis(100));
            }
            Self::with(Manner::Bar, bar)
        } else {
            Self::with(Manner::Lines, ProgressBar::hidden())
        }
    }

    /// Says nothing.
    pub(super) fn silent() -> Self {
        Self::with(Manner::Silent, ProgressBar::hidden())
    }

    /// Keeps what is said.
    #[cfg(test)]
    pub(super) fn kept(lines: &std::rc::Rc<std::cell::RefCell<Vec<String>>>) -> Self {
        Self::with(Manner::Kept(lines.clone()), ProgressBar::hidden())
    }

    fn with(manner: Manner, bar: ProgressBar) -> Self {
        Self {
            manner,
            bar,
            is_away: Cell::new(false),
            has_said_reading: Cell::new(false),
            is_reading: Cell::new(false),
            style: Cell::new(None),
        }
    }

    /// Whether things are said in lines alone.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.manner, Manner::Lines)
    }

    /// Shows this on the bar's line from now on.
    pub(super) fn show(&self, style: &'static str) {
        self.style.set(Some(style));
        self.draw(style);
    }

    fn draw(&self, style: &str) {
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style);
        }
    }

    /// Says how far the log is read, of which more is to come; the first time as a line too.
    pub(super) fn reads(&self, position: u64, last: Option<u64>) {
        if !self.has_said_reading.replace(true) {
            let last = last.map_or_else(String::new, |last| {
                format!(", up to position {}", grouped(last))
            });
            self.say(format!(
                "reading what the log has of this source{last}; that takes a while"
            ));
        }
        if !self.is_reading.replace(true) {
            self.draw(READING);
        }
        self.bar.set_length(last.unwrap_or(position).max(position));
        self.bar.set_position(position);
    }

    /// Ends what is said of the log.
    pub(super) fn has_read(&self) {
        if self.is_reading.replace(false)
            && let Some(style) = self.style.get()
        {
            self.draw(style);
        }
    }

    /// Says that the server does not take a request, why, and that it is tried again: the first time as a line, then on
    /// the bar.
    pub(super) fn away(&self, url: &str, why: &str, tried: u32) {
        self.bar
            .set_message(format!("no answer yet, {tried} of {TRIES_MAX} tries"));
        if self.is_away.replace(true) {
            return;
        }
        self.say(format!(
            "{url} {why}; it is tried again with growing waits, at most {TRIES_MAX} times, for about four minutes"
        ));
    }

    /// Says that the server answers again, where it was said that it does not.
    pub(super) fn back(&self, url: &str) {
        if self.is_away.replace(false) {
            self.say(format!("{url} answers again"));
        }
    }

    fn say(&self, line: String) {
        match &self.manner {
            Manner::Silent => {}
            Manner::Lines => eprintln!("{line}"),
            Manner::Bar => self.bar.suspend(|| eprintln!("{line}")),
            #[cfg(test)]
            Manner::Kept(lines) => lines.borrow_mut().push(line),
        }
    }
}
