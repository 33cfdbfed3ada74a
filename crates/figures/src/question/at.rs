//! R as a question gives it: a position, or an instant that names one.
//!
//! Start at [`parse_at`], then [`At::resolve`].
//!
//! Never here: the instants of each position (see [`fold::Instants`]).

use event::{Instant, Position};
use fold::{Instants, LogPrefix, Scope};

/// R as the question gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// The newest position.
    Newest,
    /// A position.
    Position(Position),
    /// The longest prefix received not later than an instant.
    Received(Instant),
    /// The longest prefix recorded not later than an instant.
    Recorded(Instant),
}

impl At {
    /// Resolves R to a known position; for an instant, also counts the later positions whose time is
    /// not after it. An instant of recording is sought over what `scope` sees.
    ///
    /// # Errors
    /// The newest position, where the position asked for is above it.
    pub fn resolve(
        self,
        instants: &Instants,
        scope: &Scope,
    ) -> Result<(Position, Option<u64>), Position> {
        let found = |found: LogPrefix| Ok((found.position, Some(found.left_out)));
        match self {
            Self::Newest => Ok((instants.newest(), None)),
            Self::Position(position) if position > instants.newest() => Err(instants.newest()),
            Self::Position(position) => Ok((position, None)),
            Self::Received(instant) => found(instants.received(instant)),
            Self::Recorded(instant) => found(instants.recorded(instant, scope)),
        }
    }
}

/// Parses R: a position, an RFC 3339 instant, or `recorded:<instant>`.
#[must_use]
pub fn parse_at(text: &str) -> Option<At> {
    if let Some(instant) = text.strip_prefix("recorded:") {
        return Instant::parse(instant).map(|(instant, _)| At::Recorded(instant));
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .ok()
            .map(|number| At::Position(Position::new(number)));
    }
    Instant::parse(text).map(|(instant, _)| At::Received(instant))
}
