//! Lines of use: who signed in, who took out in bulk, whose token was refused, who had an author named; to the
//! hour, without addresses.
//!
//! Start at [`Uses::note`]. What is the same within an hour is one line with a count, so that nobody can
//! drive out others' lines by asking often. The newest lines are kept. Source: design.md section 6.
//!
//! Never here: who may read them ([`crate::access`]).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use archive::Disk;
use event::{Instant, OrgId};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::MasterKey;
use super::records::{Absence, Records};
use crate::access::Credential;

/// Most lines that are kept. Source: docs/reference/limits.md.
pub const LINES_MAX: usize = 10_000;

/// How often lines are brought to disk. Source: docs/reference/limits.md.
const WRITE_INTERVAL: Duration = Duration::from_secs(10);

/// Most faults of the file that are logged at a start, one by one.
const FAULTS_TOLD_MAX: usize = 20;

/// Seconds of an hour.
const HOUR_SECONDS: i64 = 60 * 60;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Somebody signed in on the page.
    SignedIn,
    /// An entry bundle was taken.
    Exported,
    /// Events were taken, many at once, by who has a token.
    TookEvents,
    /// The author of an event was named.
    NamedAuthor,
    /// A token that is not known was sent.
    RefusedUnknown,
    /// A token that has run out was sent.
    RefusedExpired,
    /// A token that was revoked was sent.
    RefusedRevoked,
    /// Who signed in at the sign-in provider is nobody here, or their token is not taken.
    RefusedSignIn,
    /// The file of these lines was not as this node left it, when it was read: the count is of records that are
    /// missing, stand elsewhere or do not open. Told to everyone who may read lines of use.
    FoundAltered,
}

/// What was done by whom within an hour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UseLine {
    /// When the hour began.
    pub hour: String,
    /// What.
    pub what: Use,
    /// Of whose credential.
    pub organisation: Option<String>,
    /// Whose credential it is.
    pub person: Option<String>,
    /// The id of the token; none of the operator's own, and of one that is not known.
    pub token: Option<String>,
}

/// A line with how often.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    line: UseLine,
    count: u64,
}

/// The lines of use of a node.
pub struct Uses {
    kept: Mutex<Kept>,
}

struct Kept {
    lines: BTreeMap<UseLine, u64>,
    /// What differs from the file.
    changed: BTreeSet<UseLine>,
    /// Whether the file holds what must stand in it no more.
    is_outdated: bool,
    records: Records,
}

impl Uses {
    /// Reads those of a data folder, at `now`. Where they are not as this node left them, one line more says so.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(data: &Path, key: MasterKey, now: Instant) -> io::Result<Self> {
        let opened = Records::open(
            &data.join("desk"),
            "uses",
            Absence::Fault,
            key,
            Disk::default(),
        )?;
        let read = opened.records.iter();
        let read = read.filter_map(|bytes| serde_json::from_slice::<Record>(bytes).ok());
        let lines: BTreeMap<_, _> = read.map(|record| (record.line, record.count)).collect();
        let (records, last) = (lines.len(), opened.file.last());
        tracing::info!(lines = records, last, "lines of use are read");
        let mut kept = Kept {
            lines,
            changed: BTreeSet::new(),
            is_outdated: false,
            records: opened.file,
        };
        kept.bound();
        let uses = Self {
            kept: Mutex::new(kept),
        };
        for fault in opened.faults.iter().take(FAULTS_TOLD_MAX) {
            tracing::error!(file = "uses.records", what = %fault, "lines of use are not as this node left them");
        }
        let altered = opened.faults.iter().map(|fault| fault.records());
        uses.add(Use::FoundAltered, None, now, altered.sum());
        Ok(uses)
    }

    /// Notes what was done; `by` whom, where that is known.
    pub fn note(&self, what: Use, by: Option<&Credential>, now: Instant) {
        self.add(what, by, now, 1);
    }

    fn add(&self, what: Use, by: Option<&Credential>, now: Instant, times: u64) {
        if times == 0 {
            return;
        }
        let (seconds, _) = now.parts();
        let line = UseLine {
            hour: Instant::from_parts(seconds - seconds.rem_euclid(HOUR_SECONDS), 0).to_string(),
            what,
            organisation: by.and_then(|by| by.organisation.as_ref().map(ToString::to_string)),
            person: by.and_then(|by| by.person.as_ref().map(ToString::to_string)),
            token: by.and_then(|by| by.token.as_ref().map(ToString::to_string)),
        };
        let mut kept = self.kept();
        let count = kept.lines.entry(line.clone()).or_default();
        *count = count.saturating_add(times);
        kept.changed.insert(line);
        kept.bound();
    }

    /// Returns the lines, the newest first: those of one organisation, or all.
    #[must_use]
    pub fn list(&self, of: Option<&OrgId>) -> Vec<(UseLine, u64)> {
        let kept = self.kept();
        let lines = kept.lines.iter().rev();
        let is_of = |line: &UseLine| {
            let is_own = |org: &OrgId| line.organisation.as_deref() == Some(org.as_str());
            of.is_none_or(is_own) || line.what == Use::FoundAltered
        };
        lines
            .filter(|(line, _)| is_of(line))
            .map(|(line, count)| (line.clone(), *count))
            .collect()
    }

    /// Names people no more of whom `is_known` says that they are not: their lines stay, as their organisation's.
    pub fn forget(&self, is_known: impl Fn(&str) -> bool) {
        let mut kept = self.kept();
        let is_gone = |line: &&UseLine| line.person.as_deref().is_some_and(|one| !is_known(one));
        let gone: Vec<UseLine> = kept.lines.keys().filter(is_gone).cloned().collect();
        kept.is_outdated |= !gone.is_empty();
        for line in gone {
            let count = kept.lines.remove(&line).unwrap_or_default();
            kept.changed.remove(&line);
            let nobodys = UseLine {
                person: None,
                token: None,
                ..line
            };
            let sum = kept.lines.entry(nobodys).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// Brings what was noted to disk.
    ///
    /// # Errors
    /// The file system's; it is tried again with the next.
    pub fn write(&self) -> io::Result<()> {
        self.kept().write()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings what is noted to disk, until `stop` and then once more; who is not known any more is named no more.
pub async fn keep(
    uses: Arc<Uses>,
    is_known: impl Fn(&str) -> bool + Send,
    stop: CancellationToken,
) {
    let mut goes_on = true;
    while goes_on {
        goes_on = tokio::time::timeout(WRITE_INTERVAL, stop.cancelled())
            .await
            .is_err();
        uses.forget(&is_known);
        if let Err(error) = tokio::task::block_in_place(|| uses.write()) {
            tracing::warn!(%error, "lines of use could not be written");
        }
    }
}

impl Kept {
    /// Forgets the oldest lines of too many.
    fn bound(&mut self) {
        while self.lines.len() > LINES_MAX {
            if let Some((line, _)) = self.lines.pop_first() {
                self.changed.remove(&line);
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.changed.is_empty() && !self.is_outdated && !self.records.is_torn() {
            return Ok(());
        }
        let record = |line: &UseLine, count: &u64| {
            let record = Record {
                line: line.clone(),
                count: *count,
            };
            serde_json::to_vec(&record).map_err(io::Error::other)
        };
        // Half of it is out of date then: each line costs twice its bytes at the most.
        if self.is_outdated
            || self.records.is_torn()
            || self.records.lines() + self.changed.len() > 2 * LINES_MAX
        {
            let all = self.lines.iter().map(|(line, count)| record(line, count));
            let all: Vec<_> = all.collect::<io::Result<_>>()?;
            self.records.rewrite(&all)?;
        } else {
            let changed = self.changed.iter();
            let changed = changed.filter_map(|line| self.lines.get_key_value(line));
            let changed: Vec<_> = changed
                .map(|(line, count)| record(line, count))
                .collect::<io::Result<_>>()?;
            self.records.append(&changed)?;
        }
        self.changed.clear();
        self.is_outdated = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use access::{PersonId, Role, TokenId};

    use super::*;

    fn credential(org: &str, token: &str) -> Credential {
        Credential {
            token: Some(TokenId::parse(token).unwrap()),
            role: Role::Desk,
            organisation: Some(OrgId::parse(org).unwrap()),
            person: Some(PersonId::parse("sokha").unwrap()),
            expires: None,
            session: None,
        }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_parts(1_800_000_000 + seconds, 0)
    }

    fn open(data: &Path) -> Uses {
        Uses::open(data, MasterKey::fresh(&[1; 32]), at(0)).unwrap()
    }

    #[test]
    fn what_is_the_same_within_an_hour_is_one_line_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let uses = open(folder.path());
        let desk = credential("alpha", "t1");
        for second in 0..5 {
            uses.note(Use::SignedIn, Some(&desk), at(second));
        }
        uses.note(Use::SignedIn, Some(&desk), at(HOUR_SECONDS));
        uses.note(Use::RefusedUnknown, None, at(0));
        uses.write().unwrap();
        uses.note(Use::SignedIn, Some(&desk), at(9));
        uses.write().unwrap();
        let lines = open(folder.path()).list(None);
        assert_eq!(lines, uses.list(None));
        let counts: Vec<u64> = lines.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [1, 1, 6]);
        assert_eq!(uses.list(Some(&OrgId::parse("alpha").unwrap())).len(), 2);
        assert!(uses.list(Some(&OrgId::parse("beta").unwrap())).is_empty());
    }

    #[test]
    fn who_is_not_known_any_more_is_named_no_more_and_what_was_done_stays() {
        let folder = tempfile::tempdir().unwrap();
        let uses = open(folder.path());
        uses.note(Use::SignedIn, Some(&credential("alpha", "t1")), at(0));
        uses.note(Use::SignedIn, Some(&credential("alpha", "t2")), at(0));
        uses.forget(|person| person == "sokha");
        assert_eq!(uses.list(None).len(), 2);
        uses.forget(|_| false);
        uses.write().unwrap();
        for uses in [&uses, &open(folder.path())] {
            let [(line, count)] = uses.list(None).try_into().unwrap();
            assert_eq!((line.person, line.token, count), (None, None, 2));
        }
    }

    #[test]
    fn lines_that_were_cut_out_are_told_to_all_who_read_lines() {
        let folder = tempfile::tempdir().unwrap();
        let uses = open(folder.path());
        for hour in 0..3 {
            uses.note(
                Use::Exported,
                Some(&credential("alpha", "t1")),
                at(hour * HOUR_SECONDS),
            );
            uses.write().unwrap();
        }
        let path = folder.path().join("desk/uses.records");
        let text = std::fs::read_to_string(&path).unwrap();
        let left: Vec<&str> = text
            .lines()
            .filter(|line| !line.is_empty())
            .take(1)
            .collect();
        std::fs::write(&path, left.join("\n")).unwrap();
        let uses = open(folder.path());
        uses.write().unwrap();
        // It is told again from the file that was written since.
        for uses in [&uses, &open(folder.path())] {
            let beta = OrgId::parse("beta").unwrap();
            let [(line, count)] = uses.list(Some(&beta)).try_into().unwrap();
            assert_eq!((line.what, count), (Use::FoundAltered, 2));
            assert_eq!(uses.list(None).len(), 2);
        }
    }

    #[test]
    fn the_newest_lines_are_kept_and_the_file_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let uses = open(folder.path());
        let hours = i64::try_from(LINES_MAX).unwrap() * 3;
        for hour in 0..hours {
            uses.note(Use::Exported, None, at(hour * HOUR_SECONDS));
            if hour % 4_000 == 0 {
                uses.write().unwrap();
            }
        }
        uses.write().unwrap();
        assert_eq!(uses.list(None).len(), LINES_MAX);
        assert_eq!(open(folder.path()).list(None), uses.list(None));
        let text = std::fs::read(folder.path().join("desk/uses.records")).unwrap();
        let lines = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        assert!(lines.count() <= 2 * LINES_MAX);
    }
}
