//! The laws: properties of every history, tested on random ones.
//!
//! Start at [`law`], which tests one on many histories and prints the seed of a failure.
//!
//! Never here: single rules (see the other modules).

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use answers::MemoryModel;
use event::{EventKey, Instant, Position};
use figures::{ColumnStore, Query};
use fold::{Bound, Fact, Inconsistency, Memory, Scope, TrackId};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::generate::{History, histories};
use crate::memory::{fold_all, position};
use crate::questions::{Asked, questions, scopes};

/// The default number of histories for each law; `HABEAS_CASES` overrides it.
const CASES: u32 = 400;
/// The most events of one history.
pub(crate) const EVENTS_MAX: usize = 28;

pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Tests a law on many random values.
pub(crate) fn law<S: Strategy>(values: S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    law_of(CASES, values, holds);
}

/// Tests a law on `cases` random values, where `HABEAS_CASES` says no other number.
pub(crate) fn law_of<S: Strategy>(
    cases: u32,
    values: S,
    holds: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let cases = number("HABEAS_CASES").map_or(cases, |cases| cases.try_into().unwrap());
    let seed = number("HABEAS_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    run(values, cases, seed, 0, holds);
}

/// Tests one part of a law; each part has its own random values.
pub(crate) fn run<S: Strategy>(
    values: S,
    cases: u32,
    seed: u64,
    part: u64,
    holds: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let words = [seed, seed, seed, seed ^ part];
    let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(&values, holds) {
        panic!("HABEAS_SEED={seed}, part {part} of {cases} cases: {error}");
    }
}

pub(crate) fn show(leaves: &[Vec<u8>]) -> String {
    let text: Vec<_> = leaves
        .iter()
        .map(|leaf| String::from_utf8_lossy(leaf))
        .collect();
    text.join("\n")
}

pub(crate) fn parse(asked: &Asked) -> Query {
    Query::parse(asked).unwrap_or_else(|error| panic!("{asked:?}: {error}"))
}

/// A question with its definition resolved as known at R; none where it is not known.
pub(crate) fn resolved(
    asked: &Asked,
    memory: &Memory,
    columns: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Option<Query> {
    let question = answers::Question::new(columns, parse(asked), at, scope);
    let Ok(question) = question.resolve(memory, columns);
    Some(question.ok()?.query)
}

#[test]
fn any_split_folds_alike() {
    let splits = prop::collection::vec(0..40_usize, 0..8);
    law(
        (histories(EVENTS_MAX), splits, questions(), scopes()),
        |(history, splits, asked, scope)| {
            let leaves = history.as_sent();
            let MemoryModel {
                rows: whole,
                columns,
                ..
            } = fold_all(&leaves, &[]);
            // Without what a step keeps for the next one.
            let mut alone = Memory::default();
            for leaf in &leaves {
                alone.fold(std::iter::once(leaf.as_slice()));
            }
            prop_assert!(whole == alone, "{}", show(&leaves));
            for splits in [splits, (0..leaves.len()).collect()] {
                let other = fold_all(&leaves, &splits);
                prop_assert!(whole == other.rows, "{}", show(&leaves));
                let query = parse(&asked);
                for at in 0..=leaves.len() {
                    let at = Position::new(at.try_into().unwrap());
                    prop_assert_eq!(
                        crate::answer(&columns, &query, at, None, &scope),
                        crate::answer(&other.columns, &query, at, None, &scope)
                    );
                }
            }
            Ok(())
        },
    );
}

/// The facts known at the end, with each position as the rank of its event's key.
fn facts(memory: &Memory) -> BTreeSet<String> {
    let mut keys: Vec<(EventKey, Position)> = Vec::new();
    for (at, leaf) in &memory.leaves {
        let envelope = match event::read(leaf) {
            event::Reading::Event(event) => event.envelope.key,
            event::Reading::Unknown(envelope) => envelope.key,
            event::Reading::Rejected { .. } => continue,
        };
        let first = memory.records[&envelope.hash()].first;
        if first.is_some_and(|(first, _)| first == *at) {
            keys.push((envelope, *at));
        }
    }
    keys.sort();
    let ranks: BTreeMap<Position, Position> = keys
        .into_iter()
        .enumerate()
        .map(|(rank, (_, at))| (at, position(rank)))
        .collect();
    let rank = |at: &mut Position| *at = ranks[at];
    let ranked = |all: &mut Vec<Position>| {
        all.iter_mut().for_each(rank);
        all.sort();
    };
    let mut lines = BTreeSet::new();
    for (id, track) in &memory.tracks {
        let mut id = id.clone();
        if let TrackId::Lone(at) = &mut id {
            rank(at);
        }
        for row in track.assertions.iter().filter(|row| row.to.is_none()) {
            let mut event = row.value.clone();
            rank(&mut event.position);
            lines.insert(format!("{id:?} {event:?}"));
        }
        assert!(same_as_derived(&id, track), "{id:?}");
        for mut one in fold::disagreements(open(track)) {
            rank(&mut one.found.shown);
            ranked(&mut one.others);
            lines.insert(format!("{id:?} {one:?}"));
        }
        for mut one in fold::charge_histories(open(track)) {
            rank(&mut one.charge.position);
            one.history
                .iter_mut()
                .for_each(|entry| rank(&mut entry.position));
            lines.insert(format!("{id:?} {one:?}"));
        }
        for row in track.facts.iter().filter(|row| row.to.is_none()) {
            let (mut fact, sees) = row.value.clone();
            let bound = |bound: &mut Bound| rank(&mut bound.position);
            match &mut fact {
                Fact::Custody(custody) => {
                    bound(&mut custody.start);
                    custody.end.iter_mut().for_each(bound);
                }
                Fact::Charge(charge) => rank(&mut charge.position),
                Fact::Contradiction(found) => rank(&mut found.shown),
                Fact::Inconsistency(_, at) => rank(at),
                Fact::Same(_) => {}
            }
            lines.insert(format!("{id:?} {fact:?} {sees:?}"));
        }
    }
    for (id, person) in &memory.persons {
        let open = person.traits.iter().filter(|row| row.to.is_none());
        lines.extend(open.map(|row| format!("{id} {:?}", row.value)));
    }
    lines
}

/// Whether the facts in the rows, which are kept by what changes, are those that follow from all assertions.
pub(crate) fn same_as_derived(id: &TrackId, track: &fold::Track) -> bool {
    let mut derived: BTreeSet<Fact> = fold::disagreements(open(track))
        .into_iter()
        .map(|one| Fact::Contradiction(one.found))
        .collect();
    if id.person().is_some() {
        let charges = fold::charge_histories(open(track)).into_iter();
        derived.extend(charges.map(|one| Fact::Charge(one.charge)));
        derived.extend(fold::custody_facts(open(track)));
    }
    let held = track.facts.iter();
    let held = held.filter(|row| row.to.is_none() && row.value.1.operator);
    let held: BTreeSet<Fact> = held.map(|row| row.value.0.clone()).collect();
    let is_of_one_event = |fact: &Fact| match fact {
        Fact::Inconsistency(found, _) => matches!(
            found,
            Inconsistency::AfterRecord | Inconsistency::DateImplausible | Inconsistency::ClaimParts
        ),
        Fact::Same(_) => true,
        Fact::Custody(_) | Fact::Charge(_) | Fact::Contradiction(_) => false,
    };
    let held: BTreeSet<Fact> = held
        .into_iter()
        .filter(|fact| !is_of_one_event(fact))
        .collect();
    held == derived
}

/// Returns the assertions of a track that stand.
fn open(track: &fold::Track) -> impl Iterator<Item = &fold::Assertion> {
    let open = track.assertions.iter().filter(|row| row.to.is_none());
    open.map(|row| &row.value)
}

/// Checks that two logs lead to the same facts; prints those that only one has.
fn same_facts(one: &[Vec<u8>], other: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let (left, right) = (
        facts(&fold_all(one, &[]).rows),
        facts(&fold_all(other, &[3, 9]).rows),
    );
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        a.difference(b).cloned().collect::<Vec<_>>().join("\n")
    };
    prop_assert!(
        left == right,
        "only in one:\n{}\nonly in the other:\n{}\none:\n{}\nother:\n{}",
        only(&left, &right),
        only(&right, &left),
        show(one),
        show(other)
    );
    Ok(())
}

#[test]
fn the_order_of_arrival_changes_no_fact() {
    let shuffled = histories(EVENTS_MAX).prop_flat_map(|history| {
        let order: Vec<usize> = (0..history.len()).collect();
        (
            Just(history.without_conflicts()),
            Just(order).prop_shuffle(),
            questions(),
            scopes(),
        )
    });
    law(shuffled, |(history, order, mut asked, scope)| {
        let (sent, arrived) = (history.as_sent(), history.leaves(&order));
        same_facts(&sent, &arrived)?;
        let one_columns = fold_all(&sent, &[]).columns;
        let other_columns = fold_all(&arrived, &[]).columns;
        if asked.iter().any(|(_, value)| value.starts_with("detained")) {
            // Its default depends on the last leaf.
            asked.retain(|(name, _)| name != "on");
            asked.push(("on".into(), "2020-01-05".into()));
        }
        let end = one_columns.instants().newest();
        let answer = |columns| {
            let answer = crate::answer(columns, &parse(&asked), end, None, &scope);
            (answer.total, answer.rows)
        };
        prop_assert_eq!(answer(&one_columns), answer(&other_columns));
        Ok(())
    });
}

#[test]
fn a_repeat_changes_no_fact() {
    let repeats = prop::collection::vec((0..100_usize, 0..100_usize), 1..6);
    law((histories(EVENTS_MAX), repeats), |(history, repeats)| {
        let leaves = history.without_noise().as_sent();
        let mut repeated = leaves.clone();
        for (leaf, at) in repeats {
            repeated.insert(
                at % (repeated.len() + 1),
                leaves[leaf % leaves.len()].clone(),
            );
        }
        same_facts(&leaves, &repeated)
    });
}

/// Histories, R, and several questions.
fn asked() -> impl Strategy<Value = (History, usize, Vec<(Asked, Scope)>)> {
    let questions = prop::collection::vec((questions(), scopes()), 10);
    (
        histories(EVENTS_MAX),
        prop_oneof![0..EVENTS_MAX, Just(EVENTS_MAX * 2)],
        questions,
    )
}

#[test]
fn an_answer_as_of_r_is_that_of_the_first_r_leaves() {
    law(asked(), |(history, known, questions)| {
        let leaves = history.as_sent();
        let known = known.min(leaves.len());
        let at = Position::new(known.try_into().unwrap());
        let all = fold_all(&leaves, &[7, 20]).columns;
        // What was hidden since is hidden at R too.
        let questions = questions
            .into_iter()
            .filter(|(_, scope)| all.hidden_through(scope) <= at);
        let first = fold_all(&leaves[..known], &[]).columns;
        for (asked, scope) in questions {
            let mut query = parse(&asked);
            // The day of the last receipt up to R: a later void may name that leaf.
            query.on = query.on.or_else(|| first.instants().default_day(at));
            let answer = |columns: &ColumnStore| crate::answer(columns, &query, at, None, &scope);
            prop_assert_eq!(
                answer(&all),
                answer(&first),
                "{:?}\n{}",
                asked,
                show(&leaves)
            );
        }
        Ok(())
    });
}

#[test]
fn at_least_count_and_at_most_stay_in_order() {
    law(asked(), |(history, _, questions)| {
        let leaves = history.as_sent();
        let columns = fold_all(&leaves, &[]).columns;
        let end = columns.instants().newest();
        for (asked, scope) in questions {
            let answer = crate::answer(&columns, &parse(&asked), end, None, &scope);
            let rows = answer.rows.iter().map(|row| row.count);
            for count in rows.chain([answer.total]) {
                let ordered = count.at_least <= count.count && count.count <= count.at_most;
                prop_assert!(ordered, "{:?} {:?}\n{}", asked, count, show(&leaves));
            }
        }
        Ok(())
    });
}

type Times = (Option<Instant>, Option<Instant>);

/// The time at which each leaf was received, and recorded where that counts, read from its text alone.
fn times(leaves: &[Vec<u8>]) -> Vec<Times> {
    let mut keys = BTreeSet::new();
    let mut time = |leaf: &Vec<u8>| match event::read(leaf) {
        event::Reading::Event(event) => {
            let new = keys.insert(event.envelope.key.clone());
            let counts = new && !event.kind.is_system();
            (
                event.envelope.received,
                counts.then_some(event.envelope.recorded),
            )
        }
        event::Reading::Unknown(envelope) => {
            let new = keys.insert(envelope.key.clone());
            (envelope.received, new.then_some(envelope.recorded))
        }
        event::Reading::Rejected { envelope, .. } => {
            let received = envelope.and_then(|envelope| {
                keys.insert(envelope.key.clone());
                envelope.received
            });
            (received, None)
        }
    };
    let mut times: Vec<Times> = leaves.iter().map(&mut time).collect();
    for (index, (first, last)) in voided(leaves) {
        for time in times.iter_mut().take(index).take(last).skip(first - 1) {
            time.0 = None;
        }
    }
    times
}

/// The voids of times: the place of each, and the first and the last position that it names.
fn voided(leaves: &[Vec<u8>]) -> Vec<(usize, (usize, usize))> {
    let mut keys = BTreeSet::new();
    let void = |(index, leaf): (usize, &Vec<u8>)| {
        let event = match event::read(leaf) {
            event::Reading::Event(event) => event,
            event::Reading::Unknown(envelope) => {
                keys.insert(envelope.key.clone());
                return None;
            }
            event::Reading::Rejected { envelope, .. } => {
                keys.extend(envelope.map(|envelope| envelope.key));
                return None;
            }
        };
        let is_void = keys.insert(event.envelope.key) && event.kind == event::Kind::Void;
        let number = |name| usize::try_from(event.data.get(name)?.as_u64()?).ok();
        let span = number("first").zip(number("last"));
        span.filter(|_| is_void).map(|span| (index, span))
    };
    leaves.iter().enumerate().filter_map(void).collect()
}

#[test]
fn an_instant_means_the_longest_prefix_not_later() {
    law(
        (histories(EVENTS_MAX), 5..20_u8, 0..24_u8),
        |(history, day, hour)| {
            let leaves = history.as_sent();
            let columns = fold_all(&leaves, &[5]).columns;
            let (instant, _) =
                Instant::parse(&format!("2020-01-{day:02}T{hour:02}:00:00Z")).unwrap();
            let times = times(&leaves);
            let naive = |time: &dyn Fn(&Times) -> Option<Instant>| {
                let mut end = 0;
                while end < times.len() && time(&times[end]).is_none_or(|t| t <= instant) {
                    end += 1;
                }
                let late = times[end..]
                    .iter()
                    .filter(|t| time(t).is_some_and(|t| t <= instant))
                    .count();
                (u64::try_from(end).unwrap(), u64::try_from(late).unwrap())
            };
            let received = columns.instants().received(instant);
            prop_assert_eq!(
                (received.position.get(), received.left_out),
                naive(&|t| t.0)
            );
            let recorded = columns.instants().recorded(instant, &Scope::Operator);
            prop_assert_eq!(
                (recorded.position.get(), recorded.left_out),
                naive(&|t| t.1)
            );
            Ok(())
        },
    );
}
