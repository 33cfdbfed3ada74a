//! The sweep over the acts on one event, from its first R to the newest: whom the acts in force left as
//! readers at each.
//!
//! Start at [`Step::readers_in_force`]. The chains of acts are brought from one R to the next, so that
//! each act costs no more than what it changes.
//!
//! Never here: what is rewritten for it (see [`crate::step::rewrite`]).

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use event::{EventKey, KeyHash, PersonId, Position};

use crate::amend::chain::Chain;
use crate::amend::effective::own_readers;
use crate::readers::{LastHidden, Readers};
use crate::rows::{Amendment, Editor, EditorId, Person, Record, Times, Track, TrackId};
use crate::step::Step;
use crate::step::under_way::UnderWay;
use crate::time::as_of::HistoricalView;
use crate::view::View;
use crate::work::did;

/// A view whose R moves on. The readers that a record says are those as known now of that R.
struct MovingView<'v, V: View> {
    view: &'v V,
    at: Cell<Position>,
}

impl<V: View> MovingView<'_, V> {
    fn then(&self) -> HistoricalView<'_, V> {
        HistoricalView::new(self.view, self.at.get())
    }
}

impl<V: View> View for MovingView<'_, V> {
    type Error = V::Error;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, V::Error> {
        let record = self.then().record(key)?;
        Ok(record.map(|mut record| {
            record.said = record.readers.at(self.at.get());
            record
        }))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, V::Error> {
        self.then().track(id)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, V::Error> {
        self.then().person(id)
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, V::Error> {
        self.then().editor(id)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, V::Error> {
        self.then().leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, V::Error> {
        self.then().times(row)
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, V::Error> {
        self.then().last_hidden()
    }
}

/// What changes at an R.
#[derive(Default)]
struct ChangeSet {
    /// Acts that came, with their targets.
    came: Vec<(Amendment, EventKey)>,
    /// Acts whose readers are others from here on.
    with_other_readers: Vec<(Amendment, EventKey)>,
    /// Whether anything else did: the event came, or the right to an act began or ended.
    all: bool,
}

impl<V: View> Step<'_, V> {
    /// Returns, by the R from which it holds, whom the acts in force on an event leave; empty where no
    /// act has other readers than it says itself, which are those of the event too.
    pub(super) fn readers_in_force(
        &mut self,
        root: &EventKey,
    ) -> Result<BTreeMap<Position, Readers>, V::Error> {
        let Some(changes) = self.changes_of_acts(root)? else {
            return Ok(BTreeMap::new());
        };
        let view = UnderWay(self);
        let moving = MovingView {
            view: &view,
            at: Cell::new(Position::ZERO),
        };
        let mut step = Step::new(&moving);
        let mut found = BTreeMap::new();
        for (at, changed) in changes {
            did(1);
            moving.at.set(at);
            step.advance(changed)?;
            step.current(root)?;
            let chain = step.chains.get(&root.hash()).and_then(Chain::effective);
            let readers = chain.map_or(Readers::ALL, |event| event.readers());
            found.insert(at, readers);
        }
        Ok(found)
    }

    /// Brings the chains of a step over a moving view to its R.
    fn advance(&mut self, changed: ChangeSet) -> Result<(), V::Error> {
        if changed.all {
            self.rows.records.clear();
            self.rows.editors.clear();
            self.chains.clear();
            self.events.clear();
            return Ok(());
        }
        for (act, target) in changed.came {
            // Its own row was read before it came, if an act on it did.
            self.rows.records.remove(&act.key.hash());
            self.chains.remove(&act.key.hash());
            self.events.remove(&act.position);
            if let Some(record) = self.rows.records.get_mut(&target.hash()) {
                record.amendments.insert(act.clone());
            }
            if let Some(targets) = self.targets(target)? {
                self.update_chains(&act, &targets)?;
            }
        }
        for (act, target) in changed.with_other_readers {
            let said = self.view.record(act.key.hash())?.map(|record| record.said);
            self.record(act.key.hash())?.said = said.unwrap_or_default();
            if let Some(targets) = self.targets(target)? {
                self.update_chains(&act, &targets)?;
            }
        }
        Ok(())
    }

    /// Returns what changes in the acts on an event, at any depth, by R; none where each act
    /// has the readers that it says itself.
    fn changes_of_acts(
        &mut self,
        root: &EventKey,
    ) -> Result<Option<BTreeMap<Position, ChangeSet>>, V::Error> {
        let mut changes: BTreeMap<Position, ChangeSet> = BTreeMap::new();
        let mut rights: BTreeSet<EditorId> = BTreeSet::new();
        let mut is_any = false;
        if let Some((at, _)) = self.record(root.hash())?.first {
            changes.entry(at).or_default().all = true;
        }
        let (mut open, mut seen) = (vec![root.clone()], BTreeSet::new());
        while let Some(target) = open.pop() {
            for act in self.record(target.hash())?.amendments.clone() {
                if !seen.insert(act.key.clone()) {
                    continue;
                }
                open.push(act.key.clone());
                if act.key.org != target.org {
                    rights.insert(EditorId {
                        owner: target.org.clone(),
                        editor: act.key.org.clone(),
                    });
                }
                let record = self.record(act.key.hash())?;
                let readers = record.readers.clone();
                let came = changes.entry(act.position).or_default();
                came.came.push((act.clone(), target.clone()));
                for at in readers.since().filter(|at| *at > act.position) {
                    let changed = changes.entry(at).or_default();
                    changed
                        .with_other_readers
                        .push((act.clone(), target.clone()));
                }
                is_any = is_any || {
                    let own = self
                        .event_at(act.position)?
                        .map(|event| own_readers(&event));
                    own.is_some_and(|own| !readers.are_always(&own))
                };
            }
        }
        for editor in rights {
            let rights = &self.editor(&editor)?.rights;
            for row in rights {
                for at in [Some(row.from), row.to].into_iter().flatten() {
                    changes.entry(at).or_default().all = true;
                }
            }
        }
        Ok(is_any.then_some(changes))
    }
}
