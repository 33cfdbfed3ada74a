//! Webhooks as the desk keeps them: what organisations have registered, how far each has come, and its dead letters.
//!
//! Start at [`Webhooks::open`]. What is registered, taken out or given up is on disk when a method returns; how far a
//! webhook has come is brought there by [`keep`], so that a crash has events delivered once more, and none left out.
//! A dead letter is a position: what stands there is read again, and judged anew, when it is sent again.
//!
//! Never here: deliveries ([`crate::webhooks`]), and who may register.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use archive::Disk;
use event::OrgId;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::MasterKey;
use super::records::{Absence, Records};

/// Most webhooks of one organisation. Source: docs/reference/limits.md.
pub const OF_ORGANISATION_MAX: usize = 10;

/// Most webhooks of a node. Source: docs/reference/limits.md.
pub const WEBHOOKS_MAX: usize = 200;

/// Most dead letters of a webhook: it stops there. Source: docs/reference/limits.md.
pub const DEAD_LETTERS_MAX: usize = 1_000;

/// How often it is brought to disk how far webhooks have come. Source: docs/reference/limits.md.
pub const WRITE_INTERVAL: Duration = Duration::from_secs(1);

/// So many lines a file may have beyond twice those that count, before it is written anew.
const SPARE_LINES: usize = 1_000;

/// A webhook.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id: 16 hex digits.
    pub id: String,
    /// Whose it is.
    pub org: OrgId,
    /// The id of the token that registered it, by whose scope events are sent.
    pub token: String,
    /// Where to.
    pub url: String,
    /// Which events, as a question's filters.
    pub filter: String,
    /// What signatures are made with, as text.
    pub secret: String,
    /// When it was registered.
    pub created: String,
    /// All that it takes up to this position is delivered, or a dead letter.
    pub position: u64,
    /// What could not be delivered yet.
    pub failing: Option<Failing>,
    /// Why nothing is sent any more.
    pub ended: Option<End>,
}

/// A delivery that is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Of which event.
    pub position: u64,
    /// How often it was tried.
    pub tries: usize,
    /// Why it did not arrive, the last time.
    pub why: String,
}

/// Why a webhook has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The receiver answered 410.
    Gone,
    /// It has as many dead letters as there may be.
    DeadLetters,
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Of which event.
    pub position: u64,
    /// How often it was tried.
    pub tries: usize,
    /// Why it did not arrive, the last time.
    pub why: String,
    /// When that was.
    pub at: String,
    /// Whether it is to be sent again.
    pub is_asked: bool,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Webhook(Webhook),
    Removed(String),
    DeadLetter(String, DeadLetter),
    Settled(String, u64),
}

/// Why a webhook is not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The organisation has as many as it may.
    #[error(
        "the organisation has {OF_ORGANISATION_MAX} webhooks, which is the most: remove one first"
    )]
    OfOrganisation,
    /// The node has as many as it may.
    #[error("this node has {WEBHOOKS_MAX} webhooks, which is the most")]
    OfNode,
    /// The disk.
    #[error("the webhook could not be kept")]
    Disk(#[from] io::Error),
}

/// The webhooks of a node.
pub struct Webhooks {
    kept: Mutex<Kept>,
    changes: watch::Sender<u64>,
}

struct Kept {
    webhooks: BTreeMap<String, Webhook>,
    letters: BTreeMap<(String, u64), DeadLetter>,
    /// Of which the file says less.
    behind: BTreeSet<String>,
    records: Records,
}

impl Webhooks {
    /// Reads those of a data folder.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(data: &Path, key: MasterKey) -> io::Result<Self> {
        let folder = data.join("desk");
        let read = Records::open(&folder, "webhooks", Absence::Allowed, key, Disk::default())?;
        for fault in &read.faults {
            tracing::error!(file = "webhooks.records", what = %fault, "webhooks are not as this node left them");
        }
        let mut kept = Kept {
            webhooks: BTreeMap::new(),
            letters: BTreeMap::new(),
            behind: BTreeSet::new(),
            records: read.file,
        };
        let lines = read.records.iter();
        lines
            .filter_map(|bytes| serde_json::from_slice(bytes).ok())
            .for_each(|line| kept.note(line));
        Ok(Self {
            kept: Mutex::new(kept),
            changes: watch::Sender::new(0),
        })
    }

    /// Registers a webhook.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn register(&self, webhook: Webhook) -> Result<(), RegisterError> {
        let mut kept = self.kept();
        let own = kept.webhooks.values().filter(|one| one.org == webhook.org);
        if own.count() >= OF_ORGANISATION_MAX {
            return Err(RegisterError::OfOrganisation);
        }
        if kept.webhooks.len() >= WEBHOOKS_MAX {
            return Err(RegisterError::OfNode);
        }
        kept.append(vec![Line::Webhook(webhook)])?;
        drop(kept);
        self.changed();
        Ok(())
    }

    /// Takes a webhook out, with its dead letters: what is under way may still arrive.
    ///
    /// # Errors
    /// The file system's.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        self.kept().append(vec![Line::Removed(id.to_owned())])?;
        self.changed();
        Ok(())
    }

    /// Returns a webhook.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Webhook> {
        self.kept().webhooks.get(id).cloned()
    }

    /// Returns the webhooks of one organisation, or all, by the time of their registering, with how many dead letters
    /// each has.
    #[must_use]
    pub fn list(&self, of: Option<&OrgId>) -> Vec<(Webhook, usize)> {
        let kept = self.kept();
        let all = kept.webhooks.values();
        let own = all.filter(|one| of.is_none_or(|org| one.org == *org));
        let mut found: Vec<_> = own
            .map(|one| (one.clone(), kept.letters_of(&one.id).count()))
            .collect();
        found.sort_by(|(a, _), (b, _)| (&a.created, &a.id).cmp(&(&b.created, &b.id)));
        found
    }

    /// Returns the dead letters of a webhook, by position.
    #[must_use]
    pub fn dead_letters(&self, id: &str) -> Vec<DeadLetter> {
        self.kept().letters_of(id).cloned().collect()
    }

    /// Has a dead letter sent again; false where there is none of this position.
    ///
    /// # Errors
    /// The file system's.
    pub fn ask_again(&self, id: &str, position: u64) -> io::Result<bool> {
        let mut kept = self.kept();
        let Some(letter) = kept.letters.get(&(id.to_owned(), position)) else {
            return Ok(false);
        };
        let asked = DeadLetter {
            is_asked: true,
            ..letter.clone()
        };
        kept.append(vec![Line::DeadLetter(id.to_owned(), asked)])?;
        drop(kept);
        self.changed();
        Ok(true)
    }

    /// Returns the first dead letter of a webhook that is to be sent again.
    #[must_use]
    pub fn next_asked(&self, id: &str) -> Option<DeadLetter> {
        let kept = self.kept();
        kept.letters_of(id).find(|letter| letter.is_asked).cloned()
    }

    /// Says what became of a dead letter that was sent again: none where it is not one any more.
    ///
    /// # Errors
    /// The file system's.
    pub fn answer_again(
        &self,
        id: &str,
        position: u64,
        left: Option<DeadLetter>,
    ) -> io::Result<()> {
        let line = match left {
            Some(letter) => Line::DeadLetter(id.to_owned(), letter),
            None => Line::Settled(id.to_owned(), position),
        };
        self.kept().append(vec![line])
    }

    /// Says that all that a webhook takes up to a position is delivered.
    pub fn advance(&self, id: &str, position: u64) {
        self.kept().change(id, |webhook| {
            webhook.position = webhook.position.max(position);
            webhook.failing = None;
        });
    }

    /// Says that a delivery did not arrive, and is tried again.
    pub fn note_failure(&self, id: &str, failing: Failing) {
        self.kept()
            .change(id, |webhook| webhook.failing = Some(failing));
    }

    /// Gives a delivery up: it is a dead letter from now on, and the next event is on.
    ///
    /// # Errors
    /// The file system's.
    pub fn bury(&self, id: &str, letter: DeadLetter) -> io::Result<()> {
        let mut kept = self.kept();
        let is_last = kept.letters_of(id).count() + 1 >= DEAD_LETTERS_MAX;
        let Some(webhook) = kept.webhooks.get(id) else {
            return Ok(());
        };
        let webhook = Webhook {
            position: webhook.position.max(letter.position),
            failing: None,
            ended: is_last.then_some(End::DeadLetters),
            ..webhook.clone()
        };
        // A crash between the two has it delivered, or given up, once more.
        kept.append(vec![
            Line::DeadLetter(id.to_owned(), letter),
            Line::Webhook(webhook),
        ])
    }

    /// Ends a webhook: nothing is sent any more.
    ///
    /// # Errors
    /// The file system's.
    pub fn end(&self, id: &str, why: End) -> io::Result<()> {
        let mut kept = self.kept();
        let Some(webhook) = kept.webhooks.get(id) else {
            return Ok(());
        };
        let webhook = Webhook {
            ended: Some(why),
            failing: None,
            ..webhook.clone()
        };
        kept.append(vec![Line::Webhook(webhook)])
    }

    /// Watches what is registered, taken out and asked for again.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Brings to disk how far each has come.
    ///
    /// # Errors
    /// The file system's; it is tried again with the next.
    pub fn write(&self) -> io::Result<()> {
        self.kept().write()
    }

    fn changed(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings to disk how far webhooks have come, until `stop` and then once more.
pub async fn keep(webhooks: Arc<Webhooks>, stop: CancellationToken) {
    let mut goes_on = true;
    while goes_on {
        goes_on = tokio::time::timeout(WRITE_INTERVAL, stop.cancelled())
            .await
            .is_err();
        if let Err(error) = tokio::task::block_in_place(|| webhooks.write()) {
            tracing::warn!(%error, "webhooks could not be written");
        }
    }
}

impl Kept {
    fn letters_of(&self, id: &str) -> impl Iterator<Item = &DeadLetter> {
        let first = (id.to_owned(), 0);
        let id = id.to_owned();
        let from = self.letters.range(first..);
        from.take_while(move |((of, _), _)| *of == id)
            .map(|(_, letter)| letter)
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Webhook)) {
        if let Some(webhook) = self.webhooks.get_mut(id) {
            change(webhook);
            self.behind.insert(id.to_owned());
        }
    }

    /// Takes a line of the file in.
    fn note(&mut self, line: Line) {
        match line {
            Line::Webhook(webhook) => {
                self.behind.remove(&webhook.id);
                self.webhooks.insert(webhook.id.clone(), webhook);
            }
            Line::Removed(id) => {
                self.behind.remove(&id);
                self.webhooks.remove(&id);
                self.letters.retain(|(of, _), _| *of != id);
            }
            Line::DeadLetter(id, letter) => {
                // What ended as it was taken out leaves nothing.
                if self.webhooks.contains_key(&id) {
                    self.letters.insert((id, letter.position), letter);
                }
            }
            Line::Settled(id, position) => {
                self.letters.remove(&(id, position));
            }
        }
    }

    /// Puts lines at the end of the file, and takes them in.
    fn append(&mut self, lines: Vec<Line>) -> io::Result<()> {
        if self.records.is_torn() {
            self.rewrite()?;
        }
        let bytes = lines.iter().map(bytes);
        self.records
            .append(&bytes.collect::<io::Result<Vec<_>>>()?)?;
        lines.into_iter().for_each(|line| self.note(line));
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let counting = self.webhooks.len() + self.letters.len();
        if self.records.is_torn() || self.records.lines() > 2 * counting + SPARE_LINES {
            return self.rewrite();
        }
        if self.behind.is_empty() {
            return Ok(());
        }
        let behind = self.behind.iter();
        let lines = behind.filter_map(|id| self.webhooks.get(id).cloned());
        self.append(lines.map(Line::Webhook).collect())
    }

    fn rewrite(&mut self) -> io::Result<()> {
        let webhooks = self.webhooks.values().cloned().map(Line::Webhook);
        let letters = self.letters.iter();
        let letters = letters.map(|((id, _), letter)| Line::DeadLetter(id.clone(), letter.clone()));
        let lines = webhooks.chain(letters).map(|line| bytes(&line));
        self.records
            .rewrite(&lines.collect::<io::Result<Vec<_>>>()?)?;
        self.behind.clear();
        Ok(())
    }
}

fn bytes(line: &Line) -> io::Result<Vec<u8>> {
    serde_json::to_vec(line).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
