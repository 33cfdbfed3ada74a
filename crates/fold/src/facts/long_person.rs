//! The traits of a person of whom much is said, kept for the time of a step, so that a changed statement
//! costs no more than what it changes.
//!
//! Start at [`LongPerson::revise`]. It gives the rows that deriving the traits anew would give.
//!
//! Never here: persons of few statements (see [`crate::facts::persons`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{CodeSet, Days, EventKey, Instant, OrgId, Position, Sex, Visibility};

use crate::audience::{Audience, Scope};
use crate::facts::scoped::{Changes, OpenFacts, ScopeViews};
use crate::rows::{Name, Person, PersonStatement, Traits};
use crate::work::did;

/// From how many events that say something of a person its statements are many. Builds with assertions take
/// few, so that the laws, whose histories are short, test such persons too.
pub(crate) const LONG_PERSON_MIN: usize = if cfg!(debug_assertions) { 4 } else { 48 };

/// The place of a statement among those about a person.
type Order = (Instant, EventKey, Position);

fn order_of(statement: &PersonStatement) -> Order {
    (statement.recorded, statement.key.clone(), statement.event)
}

/// What organisations say of one trait, and whose word holds.
#[derive(Clone, Debug)]
struct StatementsOfTrait<T> {
    by_org: BTreeMap<OrgId, BTreeMap<Order, (u8, T)>>,
    /// The last word of each organisation, by rank: the owner and its editors first, then the better
    /// verified, then the later.
    ranked: BTreeSet<(bool, u8, Order, OrgId)>,
}

impl<T> Default for StatementsOfTrait<T> {
    fn default() -> Self {
        Self {
            by_org: BTreeMap::new(),
            ranked: BTreeSet::new(),
        }
    }
}

impl<T: Clone> StatementsOfTrait<T> {
    /// Changes the statements of an organisation.
    fn change(
        &mut self,
        statement: &PersonStatement,
        editors: &BTreeSet<OrgId>,
        change: impl FnOnce(&mut BTreeMap<Order, (u8, T)>),
    ) {
        let org = &statement.org;
        let statements = self.by_org.entry(org.clone()).or_default();
        let rank = |statements: &BTreeMap<Order, (u8, T)>| {
            let (order, (strength, _)) = statements.last_key_value()?;
            let first = editors.contains(org);
            Some((first, *strength, order.clone(), org.clone()))
        };
        let before = rank(statements);
        change(statements);
        let now = rank(statements);
        if before != now {
            if let Some(before) = before {
                self.ranked.remove(&before);
            }
            self.ranked.extend(now);
        }
    }

    fn insert(&mut self, statement: &PersonStatement, editors: &BTreeSet<OrgId>, value: Option<T>) {
        if let Some(value) = value {
            let strength = statement.verification.strength();
            self.change(statement, editors, |statements| {
                statements.insert(order_of(statement), (strength, value));
            });
        }
    }

    fn remove(&mut self, statement: &PersonStatement, editors: &BTreeSet<OrgId>) {
        if self.by_org.contains_key(&statement.org) {
            self.change(statement, editors, |statements| {
                statements.remove(&order_of(statement));
            });
        }
    }

    /// Returns the value that holds; none where nobody says any.
    fn holding(&self) -> Option<&T> {
        let (_, _, order, org) = self.ranked.last()?;
        self.by_org.get(org)?.get(order).map(|(_, value)| value)
    }
}

/// The statements about a person as one scope sees them.
#[derive(Clone, Debug, Default)]
struct ScopedPerson {
    /// How many statements it has.
    statements: usize,
    sex: StatementsOfTrait<Sex>,
    birth: StatementsOfTrait<Days>,
    roles: StatementsOfTrait<CodeSet>,
    nationality: StatementsOfTrait<Box<str>>,
    names: StatementsOfTrait<Vec<Name>>,
    /// How many statements say that the sex is unknown.
    unknown_sex: usize,
    /// The traits that follow, as they stand in the rows.
    traits: Option<Traits>,
}

impl ScopedPerson {
    fn insert(&mut self, statement: &PersonStatement, editors: &BTreeSet<OrgId>) {
        self.statements += 1;
        let said = &statement.traits;
        let sex = said.sex.filter(|sex| *sex != Sex::Unknown);
        self.unknown_sex += usize::from(said.sex == Some(Sex::Unknown));
        self.sex.insert(statement, editors, sex);
        self.birth.insert(statement, editors, said.birth);
        self.roles.insert(statement, editors, said.roles);
        self.nationality
            .insert(statement, editors, said.nationality.clone());
        let names = (!said.names.is_empty()).then(|| said.names.clone());
        self.names.insert(statement, editors, names);
    }

    fn remove(&mut self, statement: &PersonStatement, editors: &BTreeSet<OrgId>) {
        self.statements = self.statements.saturating_sub(1);
        self.unknown_sex -= usize::from(statement.traits.sex == Some(Sex::Unknown));
        self.sex.remove(statement, editors);
        self.birth.remove(statement, editors);
        self.roles.remove(statement, editors);
        self.nationality.remove(statement, editors);
        self.names.remove(statement, editors);
    }

    /// Returns the traits that follow; none where nothing is said.
    fn traits(&self) -> Option<Traits> {
        let unknown = (self.unknown_sex > 0).then_some(Sex::Unknown);
        let traits = Traits {
            sex: self.sex.holding().copied().or(unknown),
            birth: self.birth.holding().copied(),
            roles: self.roles.holding().copied(),
            nationality: self.nationality.holding().cloned(),
            names: self.names.holding().cloned().unwrap_or_default(),
        };
        (!traits.is_empty()).then_some(traits)
    }
}

/// The statements of one event that changed: as it was before, and as it is now.
pub(crate) type ChangedStatement = (Option<PersonStatement>, Option<PersonStatement>);

/// What changed in what is said of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct StalePerson {
    pub(crate) statements: Vec<ChangedStatement>,
    /// Whether rights to speak for the owner of the id changed.
    pub(crate) rights: bool,
}

/// A person of whom much is said.
#[derive(Debug)]
pub(crate) struct LongPerson {
    /// Of the organisations in `asked`, those whose word ranks with that of the id's owner.
    editors: BTreeSet<OrgId>,
    /// The organisations of which that is known.
    asked: BTreeSet<OrgId>,
    views: ScopeViews<ScopedPerson>,
    open: OpenFacts<Traits>,
}

impl LongPerson {
    /// Returns the organisations of the changed statements of which it is not known whether they are
    /// editors.
    pub(crate) fn unknown_orgs(&self, stale: &StalePerson) -> BTreeSet<OrgId> {
        let changed = stale.statements.iter().filter_map(|(_, now)| now.as_ref());
        let orgs = changed.map(|statement| &statement.org);
        orgs.filter(|org| !self.asked.contains(*org))
            .cloned()
            .collect()
    }

    /// Returns how many statements it holds, those of each view apart.
    pub(crate) fn len(&self) -> usize {
        self.views.iter().map(|view| view.statements).sum()
    }

    /// Learns which of some organisations are editors.
    pub(crate) fn learn(&mut self, asked: BTreeSet<OrgId>, editors: BTreeSet<OrgId>) {
        self.asked.extend(asked);
        self.editors.extend(editors);
    }

    /// Makes the person of these statements, whose traits in the rows may be those of before. `editors` are
    /// those of the organisations that ever said something.
    pub(crate) fn new(person: &Person, editors: BTreeSet<OrgId>) -> Self {
        let versions = || person.statements.values().flatten();
        did(person.statements.len() + person.traits.len());
        let mut long = Self {
            editors,
            asked: versions().map(|one| one.value.org.clone()).collect(),
            views: ScopeViews::new(ScopedPerson::default()),
            open: OpenFacts::default(),
        };
        for (index, row) in person.traits.iter().enumerate() {
            if row.to.is_none() {
                let (traits, audience) = &row.value;
                // Who saw something else before may see the same now.
                if *audience != Audience::all() {
                    let orgs: Vec<OrgId> =
                        audience.orgs.iter().map(|(org, _)| org.clone()).collect();
                    long.views.split(Visibility::Org, &orgs);
                }
                long.open.add(traits.clone(), (index, audience.clone()));
            }
        }
        let open = || versions().filter(|version| version.to.is_none());
        for statement in open().map(|version| &version.value) {
            long.views
                .split(statement.visibility, &statement.confined_to);
        }
        for statement in open().map(|version| &version.value) {
            let editors = &long.editors;
            long.views.for_each_seeing(seen_by(statement), |_, view| {
                view.insert(statement, editors);
            });
        }
        for (scope, view) in long.views.iter_mut() {
            let held = long.open.iter().find(|(_, audience)| audience.holds(scope));
            view.traits = held.map(|(traits, _)| traits.clone());
        }
        long
    }

    /// Takes the changed statements, and derives the traits that they change, at `at`.
    pub(crate) fn revise(&mut self, person: &mut Person, at: Position, stale: &StalePerson) {
        let mut seen: BTreeSet<Scope> = BTreeSet::new();
        let editors = &self.editors;
        for (before, now) in &stale.statements {
            if let Some(now) = now {
                self.views.split(now.visibility, &now.confined_to);
            }
            for (statement, stands) in [(before, false), (now, true)] {
                let Some(statement) = statement else { continue };
                self.views
                    .for_each_seeing(seen_by(statement), |scope, view| {
                        if stands {
                            view.insert(statement, editors);
                        } else {
                            view.remove(statement, editors);
                        }
                        seen.insert(scope.clone());
                    });
            }
        }
        self.write(person, at, seen);
    }

    /// Derives the traits for every scope, at `at`: of a person that was just made.
    pub(crate) fn revise_all(&mut self, person: &mut Person, at: Position) {
        let scopes = self.views.iter_mut().map(|(scope, _)| scope.clone());
        let scopes = scopes.collect();
        self.write(person, at, scopes);
    }

    fn write(&mut self, person: &mut Person, at: Position, scopes: BTreeSet<Scope>) {
        let mut by_scope: BTreeMap<Scope, Changes<Traits>> = BTreeMap::new();
        for scope in scopes {
            let Some(view) = self.views.get_mut(&scope) else {
                continue;
            };
            let now = view.traits();
            if now != view.traits {
                let changes = by_scope.entry(scope).or_default();
                changes.gone.extend(view.traits.take());
                changes.new.extend(now.clone());
                view.traits = now;
            }
        }
        for (traits, audience) in self.open.changed(&self.views, by_scope) {
            self.open.put(&mut person.traits, traits, audience, at);
        }
    }
}

/// Returns who sees a statement.
fn seen_by(statement: &PersonStatement) -> (Visibility, &[OrgId]) {
    (statement.visibility, &statement.confined_to)
}
