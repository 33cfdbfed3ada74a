//! Roles: what a token allows, each a row of one table. Source: docs/reference/access.md, Roles.
//!
//! Never here: who asks.

use std::fmt;

/// What a token allows. What is public needs none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads what partners see.
    Reader,
    /// Sends events of its organisation, and sees them; changes none.
    Writer,
    /// As a writer, and corrects, retracts and grants for its organisation.
    Desk,
    /// Reads what its organisation sees, and takes it out in bulk.
    Exporter,
    /// Reads what partners see, and takes it out in bulk.
    Auditor,
    /// Takes the whole history for a node of its own; reads nothing else than partners do.
    Replicate,
    /// Sees everything, and sends for any organisation.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Reader,
        Self::Writer,
        Self::Desk,
        Self::Exporter,
        Self::Auditor,
        Self::Replicate,
        Self::Operator,
    ];

    /// Returns the name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Desk => "desk",
            Self::Exporter => "exporter",
            Self::Auditor => "auditor",
            Self::Replicate => "replicate",
            Self::Operator => "operator",
        }
    }

    /// Finds the role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Returns the names of all, as a sentence lists them.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Whether a token of this role is of one organisation; the others are of none.
    #[must_use]
    pub const fn is_of_an_organisation(self) -> bool {
        !matches!(self, Self::Replicate | Self::Operator)
    }

    /// Whether it sees what its organisation keeps to itself.
    #[must_use]
    pub const fn sees_own(self) -> bool {
        matches!(self, Self::Writer | Self::Desk | Self::Exporter)
    }

    /// Whether it sends events, and reads what became of them.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Writer | Self::Desk | Self::Operator)
    }

    /// Whether it sends acts that change events: corrections, retractions, grants.
    #[must_use]
    pub const fn corrects(self) -> bool {
        matches!(self, Self::Desk | Self::Operator)
    }

    /// Whether it takes entry bundles of which it sees every event.
    #[must_use]
    pub const fn exports(self) -> bool {
        matches!(
            self,
            Self::Exporter | Self::Auditor | Self::Replicate | Self::Operator
        )
    }

    /// Whether it takes every entry bundle.
    #[must_use]
    pub const fn replicates(self) -> bool {
        matches!(self, Self::Replicate | Self::Operator)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
