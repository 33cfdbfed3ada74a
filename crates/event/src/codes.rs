//! The codes that counting depends on, as types.
//!
//! Each list also stands with its labels in `codes/<list>.v<version>.csv`; a test holds the two equal.
//! Lists that are only checked and shown have no type here: see [`crate::lists`].
//!
//! Never here: what a code does to a person's state (crate `fold`).

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[allow(missing_docs, reason = "the label of each code stands in its list")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every code of the list, in the list's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the code as it is written in events and queries.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Returns its place in the list, from 0: what a [`CodeSet`] holds.
            #[must_use]
            #[allow(clippy::as_conversions, reason = "variants stand in the order of the list")]
            pub const fn index(self) -> usize {
                self as usize
            }

            /// Finds the code; none when the list does not have it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

codes!(
    /// What happened: the middle of `habeas.<kind>.v<version>`. Source: docs/reference/events.md.
    Kind {
        Arrest = "arrest", Detention = "detention", HouseArrest = "house_arrest",
        Disappearance = "disappearance", Reappearance = "reappearance", Abduction = "abduction",
        Transfer = "transfer", Bail = "bail", DetentionExtended = "detention_extended",
        Release = "release", LeftCustody = "left_custody", Escape = "escape", Wanted = "wanted",
        Death = "death", Assault = "assault", IllTreatment = "ill_treatment", Threat = "threat",
        Search = "search",
        Summons = "summons", Charge = "charge", ChargeStatus = "charge_status",
        Hearing = "hearing", Verdict = "verdict", Sentence = "sentence", Appeal = "appeal",
        Clemency = "clemency", Restriction = "restriction",
        OrganisationAction = "organisation_action", AssemblyAction = "assembly_action",
        ExpressionAction = "expression_action", LawEvent = "law_event",
        Statement = "statement", Intervention = "intervention",
        OfficialResponse = "official_response", Recognition = "recognition",
        AggregateClaim = "aggregate_claim",
        Correction = "correction", Retraction = "retraction",
        VerificationChanged = "verification_changed", SamePerson = "same_person",
        NotSamePerson = "not_same_person", Evidence = "evidence", Definition = "definition",
        FigurePublished = "figure_published", Grant = "grant", Erasure = "erasure",
        Genesis = "genesis", Key = "key", Anchor = "anchor", Void = "void", Withheld = "withheld",
    }
);

/// The sections of docs/reference/events.md in which the kinds stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindSection {
    /// Deprivation of liberty.
    Liberty,
    /// Proceedings.
    Proceedings,
    /// Civic space.
    CivicSpace,
    /// Advocacy and response.
    Advocacy,
    /// About the record.
    Record,
    /// System events.
    System,
}

impl Kind {
    /// Returns the section in which it stands. Source: docs/reference/events.md, Kinds and System events.
    #[must_use]
    pub const fn section(self) -> KindSection {
        match self {
            Self::Arrest
            | Self::Detention
            | Self::HouseArrest
            | Self::Disappearance
            | Self::Reappearance
            | Self::Abduction
            | Self::Transfer
            | Self::Bail
            | Self::DetentionExtended
            | Self::Release
            | Self::LeftCustody
            | Self::Escape
            | Self::Wanted
            | Self::Death
            | Self::Assault
            | Self::IllTreatment
            | Self::Threat
            | Self::Search => KindSection::Liberty,
            Self::Summons
            | Self::Charge
            | Self::ChargeStatus
            | Self::Hearing
            | Self::Verdict
            | Self::Sentence
            | Self::Appeal
            | Self::Clemency
            | Self::Restriction => KindSection::Proceedings,
            Self::OrganisationAction
            | Self::AssemblyAction
            | Self::ExpressionAction
            | Self::LawEvent => KindSection::CivicSpace,
            Self::Statement
            | Self::Intervention
            | Self::OfficialResponse
            | Self::Recognition
            | Self::AggregateClaim => KindSection::Advocacy,
            Self::Correction
            | Self::Retraction
            | Self::VerificationChanged
            | Self::SamePerson
            | Self::NotSamePerson
            | Self::Evidence
            | Self::Definition
            | Self::FigurePublished
            | Self::Grant
            | Self::Erasure => KindSection::Record,
            Self::Genesis | Self::Key | Self::Anchor | Self::Void | Self::Withheld => {
                KindSection::System
            }
        }
    }

    /// Whether only the log itself writes it (`org` is `system`).
    #[must_use]
    pub const fn is_system(self) -> bool {
        matches!(self.section(), KindSection::System)
    }

    /// Whether it speaks of the record, not of the world: such events need no `occurred`.
    #[must_use]
    pub const fn is_record(self) -> bool {
        matches!(self.section(), KindSection::Record | KindSection::System)
    }

    /// Whether it says what happened to people in a case: deprivation of liberty, and proceedings.
    #[must_use]
    pub const fn is_of_case(self) -> bool {
        matches!(
            self.section(),
            KindSection::Liberty | KindSection::Proceedings
        )
    }

    /// Whether it acts on another event. Source: docs/reference/figures.md, Corrections.
    #[must_use]
    pub const fn is_amendment(self) -> bool {
        matches!(
            self,
            Self::Correction | Self::Retraction | Self::VerificationChanged
        )
    }

    /// Whether it joins or parts two ids of people. Source: docs/reference/figures.md, Identity.
    #[must_use]
    pub const fn is_link(self) -> bool {
        matches!(self, Self::SamePerson | Self::NotSamePerson)
    }
}

codes!(
    /// How well an assertion is checked. Thresholds: see [`Verification::rank`].
    Verification {
        Reported = "reported", Corroborated = "corroborated", Verified = "verified",
        Disputed = "disputed", Refuted = "refuted", Unknown = "unknown",
    }
);

impl Verification {
    /// Returns the rank as a threshold: 0 refuted, 1 reported (and unknown, disputed), 2, 3.
    ///
    /// Source: docs/reference/figures.md, Verification.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Refuted => 0,
            Self::Reported | Self::Disputed | Self::Unknown => 1,
            Self::Corroborated => 2,
            Self::Verified => 3,
        }
    }

    /// Returns its place on the whole scale, on which unknown and disputed are below reported.
    ///
    /// Source: docs/reference/figures.md, Custody.
    #[must_use]
    pub const fn strength(self) -> u8 {
        match self {
            Self::Refuted => 0,
            Self::Unknown => 1,
            Self::Disputed => 2,
            Self::Reported => 3,
            Self::Corroborated => 4,
            Self::Verified => 5,
        }
    }

    /// Whether an assertion at this level passes `threshold`: refuted ones only where asked for.
    ///
    /// Source: docs/reference/figures.md, Verification.
    #[must_use]
    pub const fn passes(self, threshold: Self) -> bool {
        if matches!(threshold, Self::Refuted) {
            return matches!(self, Self::Refuted);
        }
        self.rank() >= threshold.rank()
    }
}

codes!(
    /// What the group holds the event to be.
    Assessment {
        Violation = "violation", RestrictionOnly = "restriction_only",
        NotAViolation = "not_a_violation", Unassessed = "unassessed",
    }
);

codes!(
    /// Who may see an event. Source: docs/reference/access.md.
    Visibility { Public = "public", Partners = "partners", Org = "org", Sealed = "sealed" }
);

codes!(
    /// The rights that were exercised or violated.
    Right {
        Liberty = "liberty", Security = "security", Life = "life", NoTorture = "no_torture",
        Assembly = "assembly", Association = "association", Expression = "expression",
        Information = "information", Religion = "religion", Movement = "movement",
        Privacy = "privacy", PoliticalParticipation = "political_participation", Vote = "vote",
        FairTrial = "fair_trial", PresumptionOfInnocence = "presumption_of_innocence",
        PromptTrial = "prompt_trial", LegalAssistance = "legal_assistance",
        PublicTrial = "public_trial", HumaneTreatment = "humane_treatment",
        MedicalCare = "medical_care", Unions = "unions", Strike = "strike", Housing = "housing",
        Property = "property", Child = "child",
    }
);

codes!(
    /// Why a person stands out.
    Role {
        Journalist = "journalist", TradeUnionist = "trade_unionist",
        HumanRightsDefender = "human_rights_defender",
        EnvironmentalDefender = "environmental_defender", LandDefender = "land_defender",
        PoliticalActivist = "political_activist", OppositionMember = "opposition_member",
        Student = "student", Artist = "artist", MonkReligious = "monk_religious",
        Lawyer = "lawyer", ElectedOfficial = "elected_official",
        OnlineCommentator = "online_commentator", Protester = "protester",
        Bystander = "bystander", RelativeOfTarget = "relative_of_target", Worker = "worker",
        Other = "other",
    }
);

codes!(
    /// A person's sex, as said.
    Sex { Male = "male", Female = "female", Other = "other", Unknown = "unknown" }
);

codes!(
    /// A four-valued answer: unknown is not "no".
    FourValued { Yes = "yes", No = "no", NotApplicable = "not_applicable", Unknown = "unknown" }
);

codes!(
    /// Whose authority acted.
    AuthorityKind {
        NationalExecutive = "national_executive", LocalGovernment = "local_government",
        ArmedForces = "armed_forces", Police = "police", Prison = "prison",
        Intelligence = "intelligence", Legislature = "legislature", Judiciary = "judiciary",
        Paramilitary = "paramilitary", PrivateSecurity = "private_security", Crowd = "crowd",
        Employer = "employer", Other = "other", Unknown = "unknown",
    }
);

impl AuthorityKind {
    /// Whether it is an organ of a state: what `detained/state_custody` asks.
    ///
    /// Source: docs/reference/figures.md, Definitions.
    #[must_use]
    pub const fn is_state(self) -> bool {
        match self {
            Self::NationalExecutive
            | Self::LocalGovernment
            | Self::ArmedForces
            | Self::Police
            | Self::Prison
            | Self::Intelligence
            | Self::Legislature
            | Self::Judiciary => true,
            Self::Paramilitary
            | Self::PrivateSecurity
            | Self::Crowd
            | Self::Employer
            | Self::Other
            | Self::Unknown => false,
        }
    }
}

codes!(
    /// Where a person stands; derived, never sent (but for `detention.kind` and `reappearance.custody`).
    CustodyState {
        PoliceCustody = "police_custody", Pretrial = "pretrial", Serving = "serving",
        Administrative = "administrative", HouseArrest = "house_arrest",
        FreeWithRestrictions = "free_with_restrictions", Free = "free",
        Disappeared = "disappeared", Wanted = "wanted", LeftCustody = "left_custody",
        Dead = "dead", Unknown = "unknown",
    }
);

codes!(
    /// What kind of release it was.
    ReleaseKind {
        WithoutCharge = "without_charge", UnderInvestigation = "under_investigation",
        PendingTrial = "pending_trial", OnBail = "on_bail", ChargesDropped = "charges_dropped",
        Acquitted = "acquitted", SentenceServed = "sentence_served",
        RemainderSuspended = "remainder_suspended", Pardon = "pardon", Amnesty = "amnesty",
        Commuted = "commuted", OnUndertaking = "on_undertaking",
        DeportationOrExile = "deportation_or_exile",
        CourtOrderUnlawful = "court_order_unlawful", Humanitarian = "humanitarian",
        Exchange = "exchange", Unknown = "unknown",
    }
);

codes!(
    /// Where a charge stands.
    ChargeStatus {
        Pending = "pending", Amended = "amended", Dropped = "dropped", Dismissed = "dismissed",
        Convicted = "convicted", Acquitted = "acquitted", PendingAppeal = "pending_appeal",
        Amnestied = "amnestied", Unknown = "unknown",
    }
);

/// A set of codes of one list, at most 32 of them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CodeSet(u32);

impl CodeSet {
    /// No code.
    pub const EMPTY: Self = Self(0);

    /// Adds the code that stands at `index` in its list (0 to 31).
    pub fn insert(&mut self, index: usize) {
        self.0 |= u32::try_from(index)
            .ok()
            .and_then(|i| 1_u32.checked_shl(i))
            .unwrap_or(0);
    }

    /// Whether the code that stands at `index` in its list is in it.
    #[must_use]
    pub fn contains(self, index: usize) -> bool {
        u32::try_from(index)
            .ok()
            .and_then(|i| self.0.checked_shr(i))
            .is_some_and(|b| b & 1 == 1)
    }

    /// Returns the codes of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether no code is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two share a code.
    #[must_use]
    pub const fn touches(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the indices of its codes in their list, rising.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let first = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest - 1;
            usize::try_from(first).ok()
        })
    }
}

impl FromIterator<usize> for CodeSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut set = Self::default();
        indices.into_iter().for_each(|index| set.insert(index));
        set
    }
}
