//! Where every event of an import passes: made into a line, counted, handed to the sink.
//!
//! Never here: where the sink writes.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Error;
use super::line::{Envelope, LineWriter};
use super::meter::Meter;
use super::report::Report;
use super::run;

/// Where an event comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file's name; empty where it is not known.
    pub file: Arc<str>,
    /// The line on which its row begins, counted from 1; 0 where it is not known.
    pub line: u64,
    /// The row's number among all rows of the import, from 1; 0 for what follows from no row.
    pub row: u64,
    /// The lines and numbers of further rows that say the same event, where several rows are one.
    pub others: Vec<(u64, u64)>,
    /// Whether another row has the key of this one.
    pub twin: Option<Twin>,
    /// The fields of the event whose cells cannot be read: the names from the outermost one in.
    pub unread: Vec<Vec<String>>,
}

/// Where the other row is that has the key of a row.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub enum Twin {
    /// In the file in which the row was rejected for it.
    Rejected,
    /// In an earlier file of the import.
    EarlierFile,
    /// In the file in which the row was rejected, since it says another thing of the event that both are (`together`).
    Disagrees,
}

impl Origin {
    /// Returns the lines of all of its rows, each with the row's number.
    pub fn rows(&self) -> impl Iterator<Item = (u64, u64)> {
        std::iter::once((self.line, self.row)).chain(self.others.iter().copied())
    }
}

/// Takes the line of one event (with its line feed), and where it comes from.
///
/// It answers [`Error::Io`] when it cannot write, and [`Error::Stopped`] when it takes no more.
pub type Sink<'a> = dyn FnMut(&[u8], &Origin) -> Result<(), Error> + 'a;

/// Makes events and counts them.
pub(crate) struct Emitter<'a> {
    /// Ids and lines.
    pub(crate) maker: LineWriter,
    /// What was done so far.
    pub(crate) report: Report,
    /// Where the next events come from.
    pub(crate) origin: Origin,
    /// The fingerprint of the file that the next events come from, where that is named.
    pub(crate) file: Option<String>,
    /// How far it is.
    pub(crate) meter: Arc<Meter>,
    /// Whether the sink answered an error: nothing goes on then.
    pub(crate) sink_failed: bool,
    sink: &'a mut Sink<'a>,
    line: Vec<u8>,
}

impl<'a> Emitter<'a> {
    /// Makes an emitter with an empty report.
    pub(crate) fn new(maker: LineWriter, sink: &'a mut Sink<'a>) -> Self {
        Self {
            maker,
            report: Report::default(),
            origin: Origin::default(),
            file: None,
            meter: Arc::default(),
            sink_failed: false,
            sink,
            line: Vec::with_capacity(2048),
        }
    }

    /// Says that the next events come from this file, as far as it is named.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn comes_from(&mut self, file: &Path) -> Result<(), Error> {
        self.file = match self.maker.run {
            Some(_) => run::fingerprint(file, self.maker.secret.as_ref())?,
            None => None,
        };
        Ok(())
    }

    /// Writes one event; `data` is a JSON object.
    ///
    /// # Errors
    /// What the sink answers.
    pub(crate) fn event(
        &mut self,
        id: Uuid,
        kind: &str,
        subject: Option<&str>,
        recorded: &str,
        data: &[u8],
    ) -> Result<(), Error> {
        let envelope = Envelope {
            id,
            kind,
            subject,
            recorded,
            file: self.file.as_deref(),
        };
        self.maker.write(&envelope, data, &mut self.line);
        self.report.event(kind);
        let answer = (self.sink)(&self.line, &self.origin);
        self.sink_failed |= answer.is_err();
        answer
    }
}
