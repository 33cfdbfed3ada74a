//! What is said on standard error while an import waits for the server: that it is away.
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
        }
    }

    /// Whether things are said in lines alone.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.manner, Manner::Lines)
    }

    /// Shows this on the bar's line.
    pub(super) fn show(&self, style: &str) {
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style);
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
