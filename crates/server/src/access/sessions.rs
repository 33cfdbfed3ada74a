//! Sessions of browsers that signed in: each a random name in a cookie, known here by its hash, of one token.
//!
//! Start at `Sessions::begin`. A session ends after a working day, when its holder leaves, or with its token. They
//! stand in memory alone: after a restart one signs in again.
//!
//! Never here: what a token allows.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::{Secret, TokenHash, TokenId};
use event::Instant;

/// How long a session lasts: 8 hours, a working day, in seconds. Source: docs/reference/limits.md.
pub const SESSION_SECONDS: i64 = 8 * 60 * 60;

/// Most sessions of one token at once: the oldest gives its place. Source: docs/reference/limits.md.
pub const SESSIONS_MAX: usize = 100;

/// What a session's name begins with; no token begins so.
const PREFIX: &str = "session_";

/// A session, by the hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(TokenHash);

#[derive(Clone, Debug)]
struct Session {
    /// Of which token; none of the operator's own.
    token: Option<TokenId>,
    began: Instant,
    ends: Instant,
}

/// The open sessions.
#[derive(Default)]
pub struct Sessions(Mutex<BTreeMap<SessionId, Session>>);

impl Sessions {
    /// Begins a session of a token, which is named in the returned text alone.
    ///
    /// # Errors
    /// The system has no randomness.
    pub(super) fn begin(&self, token: Option<TokenId>, now: Instant) -> std::io::Result<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let secret = Secret::of_random(&bytes);
        let random = secret.reveal().trim_start_matches(access::PREFIX);
        let name = format!("{PREFIX}{random}");
        let (seconds, nanos) = now.parts();
        let session = Session {
            token,
            began: now,
            ends: Instant::from_parts(seconds.saturating_add(SESSION_SECONDS), nanos),
        };
        let mut open = self.open();
        open.retain(|_, one| one.ends > now);
        let own = open.iter().filter(|(_, one)| one.token == session.token);
        let own: Vec<_> = own.map(|(id, one)| (one.began, *id)).collect();
        if own.len() >= SESSIONS_MAX
            && let Some((_, oldest)) = own.iter().min()
        {
            open.remove(oldest);
        }
        open.insert(id(&name), session);
        Ok(name)
    }

    /// Returns the open session of this name, with its token; none where a text is no session's name.
    pub(super) fn of(
        &self,
        name: &str,
        now: Instant,
    ) -> Option<Result<(SessionId, Option<TokenId>), NoSession>> {
        if !name.starts_with(PREFIX) {
            return None;
        }
        let id = id(name);
        let open = self.open();
        let session = open.get(&id).filter(|one| one.ends > now);
        Some(session.map(|one| (id, one.token.clone())).ok_or(NoSession))
    }

    /// Whether a session is open.
    pub(super) fn is_open(&self, id: SessionId, now: Instant) -> bool {
        self.open().get(&id).is_some_and(|one| one.ends > now)
    }

    /// Forgets the sessions that have run out; returns how many there were.
    pub(super) fn forget_ended(&self, now: Instant) -> usize {
        let mut open = self.open();
        let before = open.len();
        open.retain(|_, one| one.ends > now);
        before - open.len()
    }

    /// Ends one session.
    pub(super) fn end(&self, id: SessionId) {
        self.open().remove(&id);
    }

    /// Ends every session of a token.
    pub(super) fn end_all(&self, token: Option<&TokenId>) {
        self.open().retain(|_, one| one.token.as_ref() != token);
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<SessionId, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that is not open any more, or never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSession;

fn id(name: &str) -> SessionId {
    SessionId(TokenHash::of(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_parts(seconds, 0)
    }

    #[test]
    fn a_session_ends_by_itself_by_name_and_with_all_of_its_token() {
        let sessions = Sessions::default();
        let token = |name: &str| Some(TokenId::parse(name).unwrap());
        let [first, second, other] =
            ["a", "a", "b"].map(|name| sessions.begin(token(name), at(0)).unwrap());
        let is_open = |name: &str, now| matches!(sessions.of(name, at(now)), Some(Ok(_)));
        assert!(is_open(&first, SESSION_SECONDS - 1) && !is_open(&first, SESSION_SECONDS));
        assert!(sessions.of("habeas_token", at(0)).is_none());
        assert_eq!(sessions.of("session_guessed", at(0)), Some(Err(NoSession)));
        assert_eq!(sessions.forget_ended(at(SESSION_SECONDS - 1)), 0);
        sessions.end(id(&first));
        assert!(!is_open(&first, 0) && is_open(&second, 0));
        sessions.end_all(token("a").as_ref());
        assert!(!is_open(&second, 0) && is_open(&other, 0));
        assert_eq!(sessions.forget_ended(at(SESSION_SECONDS)), 1);
    }

    #[test]
    fn the_oldest_of_too_many_gives_its_place() {
        let sessions = Sessions::default();
        let begun: Vec<_> = (0..=100)
            .map(|second| sessions.begin(None, at(second)).unwrap())
            .collect();
        let is_open = |name: &str| matches!(sessions.of(name, at(100)), Some(Ok(_)));
        assert!(!is_open(&begun[0]) && begun[1..].iter().all(|name| is_open(name)));
    }
}
