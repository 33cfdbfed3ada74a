//! `habeas watch`: what comes into the record, as it comes.
//!
//! Start at [`run`], then at [`Watch::follow`]. A second thread reads the stream; a broken connection is
//! opened again after a pause, with the last position read, so nothing is lost or shown twice.
//!
//! Never here: the stream's grammar (`client::sse`), and how a change looks (`watch::line`).

mod line;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use serde::Deserialize;

use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Client, Failure, Target, sse};
use line::Change;
use reader::StreamMessage;

/// Follows the record live, one line an event, until Ctrl-C
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Begins after this position; 0 is the beginning [default: the newest]
    #[arg(long, value_name = "POS")]
    after: Option<u64>,
    #[command(flatten)]
    written: OutputOption,
}

/// Changes that were read and not yet written: a slow reader of ours slows the stream.
const AHEAD_MAX: usize = 256;

/// How long to wait before a connection is opened again, and how often.
#[derive(Clone, Copy, Debug)]
struct Waits {
    /// The first wait; each further one is twice as long.
    first: Duration,
    /// The longest.
    longest: Duration,
    /// Tries in a row, without a single change, until it is given up.
    tries_max: u32,
}

/// About an hour.
const WAITS: Waits = Waits {
    first: Duration::from_millis(250),
    longest: Duration::from_secs(10),
    tries_max: 360,
};

impl Waits {
    /// Returns the wait before try `tries`, counted from 1.
    fn before(self, tries: u32) -> Duration {
        let factor = 2_u32.saturating_pow(tries.saturating_sub(1));
        self.first.saturating_mul(factor).min(self.longest)
    }
}

#[derive(Deserialize)]
struct Newest {
    position: u64,
}

/// Follows the record until Ctrl-C.
///
/// # Errors
/// [`Failure`]: no server at the start, one that is away for an hour, or a problem that it states.
pub(super) fn run(
    args: &Args,
    client: Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    // Without --after the newest position is asked for: a connection that breaks before the first
    // change would otherwise begin anew, and lose what came between.
    let after = match args.after {
        Some(after) => after,
        None => {
            client
                .get("/v1/changes?limit=1")?
                .read::<Newest>()?
                .position
        }
    };
    let (sender, told) = sync_channel(AHEAD_MAX);
    reader::on_interrupt(sender.clone());
    let watch = Watch {
        client: Arc::new(client),
        form: terminal.form(args.written),
        waits: WAITS,
        last: after,
        last_id: String::new(),
        sender,
        told,
    };
    watch.follow(terminal)?;
    Ok(Exit::Ok)
}

/// A stream being followed.
struct Watch {
    client: Arc<Client>,
    form: Form,
    waits: Waits,
    /// The position after which it goes on.
    last: u64,
    /// The id of the last event of the stream; empty before the first.
    last_id: String,
    sender: SyncSender<StreamMessage>,
    told: Receiver<StreamMessage>,
}

impl Watch {
    /// Writes changes until someone stops it.
    fn follow(mut self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        terminal.say(&format!(
            "watching after position {}; Ctrl-C ends it",
            self.last
        ));
        if self.form == Form::Csv {
            terminal.csv(&line::CSV, [])?;
        }
        let mut tries: u32 = 0;
        let mut opened = false;
        self.begin();
        loop {
            // A sender is kept here, so the channel never closes.
            let failure = match self.told.recv() {
                Ok(StreamMessage::Opened) => {
                    opened = true;
                    continue;
                }
                Ok(StreamMessage::Event(event)) => {
                    tries = 0;
                    self.take(&event, terminal)?;
                    continue;
                }
                Ok(StreamMessage::Stop) | Err(_) => return self.stopped(terminal),
                Ok(StreamMessage::Lost(failure)) => failure,
            };
            if !opened || !is_passing(&failure) || tries >= self.waits.tries_max {
                return Err(failure);
            }
            tries += 1;
            let wait = self.waits.before(tries);
            terminal.say(&format!(
                "the connection broke ({}); trying again in {:.1} s after position {}",
                failure.explain().found,
                wait.as_secs_f64(),
                self.last
            ));
            match self.told.recv_timeout(wait) {
                Err(RecvTimeoutError::Timeout) => self.resume(),
                // No stream is open, so nothing but a stop can be told.
                Ok(_) | Err(RecvTimeoutError::Disconnected) => return self.stopped(terminal),
            }
        }
    }

    /// Begins the stream after the position that was asked for.
    fn begin(&self) {
        let target = Target::new("/v1/changes").with("after", &self.last.to_string());
        self.connect(target, None);
    }

    /// Resumes the stream after the last position that was shown.
    fn resume(&self) {
        let last_id = match self.last_id.as_str() {
            "" => self.last.to_string(),
            id => id.to_owned(),
        };
        self.connect(Target::new("/v1/changes"), Some(last_id));
    }

    /// Starts a thread that reads the stream; at its end it tells [`StreamMessage::Lost`].
    fn connect(&self, target: Target, last_id: Option<String>) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        reader::start(client, target, last_id, sender);
    }

    fn take(&mut self, event: &sse::Event, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        self.last_id.clone_from(&event.id);
        if event.name != "reset" {
            return self.write(&Change::of(event)?, terminal);
        }
        self.last = line::reset_position(event)?;
        terminal.say(&format!(
            "the server has another log than before, or a shorter one: going on after position {}",
            self.last
        ));
        Ok(())
    }

    fn write(&mut self, change: &Change, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        // A server sends each position once; one that does not must not make us show it twice.
        if change.position <= self.last {
            return Ok(());
        }
        match self.form {
            Form::Table => terminal.line(&change.line())?,
            // A stream has no end, so it cannot be one JSON document: a record a line it is.
            Form::Json | Form::Jsonl => terminal.line(&change.json)?,
            Form::Csv => terminal.write(&line::csv_record(change)?)?,
        }
        terminal.out.flush().map_err(Failure::Output)?;
        self.last = change.position;
        Ok(())
    }

    fn stopped(&self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        terminal.say(&format!(
            "stopped; `habeas watch --after {}` goes on from here",
            self.last
        ));
        Ok(())
    }
}

/// Whether it can be otherwise at the next try.
fn is_passing(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } => true,
        Failure::Refused(problem) => problem.status == 429 || problem.status >= 500,
        Failure::Answer { .. }
        | Failure::Usage { .. }
        | Failure::Differs { .. }
        | Failure::Absent { .. }
        | Failure::Io { .. }
        | Failure::Output(_)
        | Failure::Import(_) => false,
    }
}
