//! What an import would add to a log: asked of the server in a dry run, which posts nothing.
//!
//! Start at [`ask`].
//!
//! Never here: what is wrong with the rows (`import::dry_run`).

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use access::Role;
use import::{
    ASKED_MAX, Change, Corrector, DryRun, Job, Origin, RejectedEvent, Rejections, Rows, time_number,
};
use serde_json::Value as Json;

use super::args::Args;
use super::gone::GoneEvents;
use super::post::Error;
use super::post::before;
use super::post::fates::{Fate, Fates, NOT_CORRECTED};
use super::post::log;
use super::post::request::Poster;
use super::post::taken_back::{SaidActs, TakenBackTotals};
use super::short::short;
use crate::clock;

/// Corrections that are shown one by one.
const SHOWN_MAX: usize = 20;

/// What would be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// Events that the log has not.
    pub(crate) new: u64,
    /// Events that it has, as the rows say them.
    pub(crate) repeats: u64,
    /// Corrections that would be sent.
    pub(crate) corrections: u64,
    /// The first of them: place, field, before and after.
    pub(crate) shown: Vec<String>,
    /// Rows that would not be corrected, with the reason.
    pub(crate) told: Vec<String>,
    /// What would be rejected: what the check here sees, and rows that would not be corrected.
    pub(crate) rejections: Rejections,
    /// What would become of the rows.
    pub(crate) fates: Fates,
    /// Events that the log has of rows that are gone: kind and case.
    pub(crate) gone: Vec<String>,
    /// The role of the token, where it may send events and no acts on them; what is refused for it.
    pub(crate) refused: Option<RefusedActs>,
    /// What no version of a list says any more, and would be taken back.
    pub(crate) taken_back: TakenBackTotals,
}

/// The code of an act that the token may not send. Source: docs/reference/errors.md.
const MAY_NOT_ACT: &str = "E0120";

/// Acts that would be refused, since the token may send none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedActs {
    /// The role of the token.
    pub(crate) role: String,
    /// How many.
    pub(crate) acts: u64,
}

impl RefusedActs {
    /// Asks in which role the token sends; none where it may send acts, or where that is not said.
    fn ask(poster: &Poster) -> Option<Self> {
        let access = serde_json::from_slice::<Json>(&poster.access().ok()?).ok()?;
        let role = Role::parse(access.get("role")?.as_str()?)?;
        (!role.corrects()).then(|| Self {
            role: role.to_string(),
            acts: 0,
        })
    }
}

/// Compares the job's events with what the log has of them. The reason where the log cannot be asked.
///
/// # Errors
/// As [`Job::events`].
pub(super) fn ask(
    job: &Job,
    dry: &DryRun,
    args: &Args,
) -> Result<Result<Ahead, String>, import::Error> {
    let corrector = job.corrector()?;
    let poster = match Poster::of(args) {
        Ok(poster) => poster,
        Err(error) => return Ok(Err(error.to_string())),
    };
    // What would stop the import stops its dry run; whether the log can be asked is told below.
    if let Err(Error::Events(wrong)) = before::check(job, &corrector, &poster) {
        return Err(wrong);
    }
    if dry.ids.len() > ASKED_MAX {
        return Ok(Err(format!(
            "the log is asked for at most {ASKED_MAX} events, and there are more"
        )));
    }
    let mut gone = dry
        .made
        .as_ref()
        .map(|made| GoneEvents::new(made, &corrector));
    let mut look = |event: &Json| gone.iter_mut().for_each(|gone| gone.look(event));
    match log::known(&dry.ids, 1, &corrector, &poster, &mut look) {
        Ok(known) => {
            // Without a token nothing is sent in any role.
            let refused = args.token.as_ref().and_then(|_| RefusedActs::ask(&poster));
            let mut ahead = compare(job, dry, (&corrector, refused), known)?;
            ahead.gone = gone.map(|gone| gone.told(&dry.report)).unwrap_or_default();
            Ok(Ok(ahead))
        }
        Err(Error::Unreachable { url, .. }) => Ok(Err(format!("{url} does not answer"))),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn compare(
    job: &Job,
    dry: &DryRun,
    (corrector, refused): (&Corrector, Option<RefusedActs>),
    mut known: HashMap<String, Vec<Json>>,
) -> Result<Ahead, import::Error> {
    let mut ahead = Ahead::begin(dry, refused);
    let rejected = dry.rejections.events.iter();
    let rejected: HashSet<&str> = rejected.map(|event| event.id.as_str()).collect();
    let is_list = job.rows() == Rows::Snapshots;
    // An act on an act stands beside the event that both are on.
    let all = known.values().flatten();
    let own = all.filter(|event| corrector.is_own(event));
    let ids = own.filter_map(|event| event.get("id").and_then(Json::as_str));
    let ids: HashSet<String> = ids.map(str::to_owned).collect();
    let mut roots = log::roots_of_acts(&known, corrector);
    let mut said_acts = is_list.then(|| said_acts(dry, corrector, &known));
    // What is new, and what it says: a row of a later file may make it again.
    let mut made = HashMap::new();
    job.events(&mut |line, origin| {
        let Ok(sent) = serde_json::from_slice::<Json>(line) else {
            return Ok(());
        };
        let id = sent.get("id").and_then(Json::as_str).unwrap_or("");
        if rejected.contains(id) {
            return Ok(());
        }
        if let Some(said) = &mut said_acts {
            said.look(&sent, corrector);
        }
        let target = corrector.target(&sent);
        let root = target.unwrap_or(id);
        let root = roots.get(root).map_or(root, String::as_str).to_owned();
        if target.is_some() {
            roots.insert(id.to_owned(), root.clone());
        }
        match known.get_mut(&root) {
            None if ids.contains(id) => ahead.add_repeat(origin),
            // A later snapshot corrects what is new in an earlier one.
            None if is_list => {
                let log = known.entry(root).or_default();
                ahead.add_of_list(line, &sent, corrector, log, origin);
            }
            None => match made.insert(id.to_owned(), said(&sent)) {
                None => ahead.add_new(origin),
                Some(before) if before == said(&sent) => ahead.add_repeat(origin),
                Some(_) => {
                    let correction = Some(Vec::new());
                    let change = Change {
                        correction,
                        ..Change::default()
                    };
                    ahead.add(change.of_row(origin), id, origin);
                }
            },
            Some(log) if is_list => ahead.add_of_list(line, &sent, corrector, log, origin),
            Some(log) => {
                let change = corrector.change(&sent, log, clock::now(), &origin.unread);
                ahead.add(change.of_row(origin), id, origin);
            }
        }
        Ok(())
    })?;
    if let Some(said) = said_acts {
        ahead.take_back(&said, &known, dry, corrector);
    }
    Ok(ahead)
}

/// Begins to keep what the versions say of the events with acts that none says any more, or at another time; of none where
/// not all was read.
fn said_acts(dry: &DryRun, corrector: &Corrector, known: &HashMap<String, Vec<Json>>) -> SaidActs {
    let has_unsaid = |log: &[Json]| {
        let is_act = |act: &&Json| corrector.is_of_list(act) && corrector.target(act).is_some();
        let mut acts = log.iter().filter(is_act);
        dry.report.is_whole() && acts.any(|act| !is_made(act, dry))
    };
    let unsaid = known.iter().filter(|(_, log)| has_unsaid(log));
    let unsaid = unsaid.map(|(id, log)| (id.clone(), log.clone()));
    SaidActs::of(&unsaid.collect(), corrector)
}

/// Whether a version says an act of the log, at the time at which the log has it.
fn is_made(act: &Json, dry: &DryRun) -> bool {
    let text = |name: &str| act.get(name).and_then(Json::as_str).unwrap_or("");
    let made = dry.made.as_ref().zip(text("id").parse().ok());
    let time = made.and_then(|(made, id)| made.line(id));
    time == Some(time_number(text("recordedtime")))
}

/// Returns a hash of what an event says, by which another of its id is told from it.
fn said(event: &Json) -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in ["subject", "data"] {
        event.get(name).map(Json::to_string).hash(&mut hasher);
    }
    hasher.finish()
}

impl Ahead {
    /// Begins with what the check here rejects.
    fn begin(dry: &DryRun, refused: Option<RefusedActs>) -> Self {
        let mut ahead = Self {
            refused,
            rejections: dry.rejections.clone(),
            ..Self::default()
        };
        for row in &dry.rejections.rows {
            ahead.fates.note_row(*row, Fate::Rejected);
        }
        ahead
    }

    /// Adds what would be taken back, since no version says it any more.
    fn take_back(
        &mut self,
        said: &SaidActs,
        known: &HashMap<String, Vec<Json>>,
        dry: &DryRun,
        corrector: &Corrector,
    ) {
        for id in said.events() {
            let log = known.get(id).map_or(&[][..], Vec::as_slice);
            let taken = said.take_back(id, log, &dry.report.unclear, corrector);
            if let Some(refused) = &mut self.refused {
                refused.acts += u64::try_from(taken.lines.len()).unwrap_or(u64::MAX);
            }
            self.taken_back.add(&taken, log.first());
        }
    }

    /// Adds an event that the log has not.
    fn add_new(&mut self, origin: &Origin) {
        self.new += 1;
        self.fates.note(origin, Fate::Used);
    }

    /// Adds an event that the log has.
    fn add_repeat(&mut self, origin: &Origin) {
        self.repeats += 1;
        self.fates.note(origin, Fate::Unchanged);
    }

    /// Adds what follows for a row whose event, of this id, the log has.
    fn add(&mut self, change: Change, id: &str, origin: &Origin) {
        if change.told.is_none() && change.correction.is_none() {
            self.add_repeat(origin);
        }
        if change.correction.is_some() && !self.refuse(id, origin) {
            self.corrections += 1;
            self.fates.note(origin, Fate::Used);
        }
        self.show(change.differs, origin);
        self.tell(change.told, id, origin);
    }

    /// Adds a line of a list, where the log has the event that it is of.
    fn add_of_list(
        &mut self,
        line: &[u8],
        sent: &Json,
        corrector: &Corrector,
        log: &mut Vec<Json>,
        origin: &Origin,
    ) {
        let judged = corrector.list_act(line, sent, log);
        let is_told = judged.told.is_some();
        let id = |sent: &Json| {
            let id = sent.get("id").and_then(Json::as_str);
            id.unwrap_or("").to_owned()
        };
        self.tell(judged.told, &id(sent), origin);
        let sent = judged
            .line
            .and_then(|line| serde_json::from_slice::<Json>(&line).ok());
        let Some(sent) = sent else {
            self.fates.note(origin, Fate::Unchanged);
            return;
        };
        let is_known = |event: &Json| corrector.is_own(event) && event.get("id") == sent.get("id");
        let is_known = log.iter().any(is_known);
        if corrector.target(&sent).is_none() {
            if !is_known {
                // The log has acts on it alone, or nothing.
                self.add_new(origin);
                log.push(as_imported(sent));
            } else if !is_told {
                let change = corrector.change(&sent, log, clock::now(), &origin.unread);
                let correction = change.correction.as_deref().map(serde_json::from_slice);
                log.extend(correction.and_then(Result::ok).map(as_imported));
                self.add(change, &id(&sent), origin);
            }
            return;
        }
        if is_known {
            self.add_repeat(origin);
            return;
        }
        let is_refused = self.refuse(&id(&sent), origin);
        match sent.pointer("/data/patch") {
            Some(_) => {
                if !is_refused {
                    self.corrections += 1;
                    self.fates.note(origin, Fate::Used);
                }
                self.show(corrector.list_differs(&sent, log), origin);
            }
            None if is_refused => {}
            None => self.add_new(origin),
        }
        log.push(as_imported(sent));
    }

    /// Rejects an act, as the server will, where the token may send none.
    fn refuse(&mut self, id: &str, origin: &Origin) -> bool {
        let Some(refused) = &mut self.refused else {
            return false;
        };
        refused.acts += 1;
        let found = format!(
            "an act on an event, with a token of the role {}",
            refused.role
        );
        self.fates.note(origin, Fate::Rejected);
        self.rejections.add(RejectedEvent {
            origin: origin.clone(),
            id: id.to_owned(),
            code: MAY_NOT_ACT.to_owned(),
            pointer: String::new(),
            found,
            expected: "the token of a desk".to_owned(),
            hint: String::new(),
        });
        true
    }

    /// Tells what is not corrected of a row, as the import will reject it.
    fn tell(&mut self, told: Option<String>, id: &str, origin: &Origin) {
        let Some(told) = told else { return };
        self.fates.note(origin, Fate::Rejected);
        self.told
            .push(format!("{}:{}  {told}", origin.file, origin.line));
        self.rejections.add(RejectedEvent {
            origin: origin.clone(),
            id: id.to_owned(),
            code: NOT_CORRECTED.to_owned(),
            pointer: String::new(),
            found: told,
            expected: String::new(),
            hint: String::new(),
        });
    }

    fn show(&mut self, differs: Vec<(String, Json, Json)>, origin: &Origin) {
        let place = format!("{}:{}", origin.file, origin.line);
        let left = SHOWN_MAX.saturating_sub(self.shown.len());
        for (field, before, after) in differs.into_iter().take(left) {
            let [before, after] = short([&before, &after]);
            self.shown
                .push(format!("{place}  {field}: {before} -> {after}"));
        }
    }
}

/// Makes an event what the log would have of it: what follows on it in a later snapshot is compared with it, as what an
/// import sent.
fn as_imported(mut sent: Json) -> Json {
    if let Some(members) = sent.as_object_mut() {
        members.retain(|name, _| COMPARED.contains(&name.as_str()));
        members.insert("importrun".to_owned(), Json::Null);
    }
    sent
}

/// Members of an event that are looked at where it is compared.
const COMPARED: [&str; 7] = [
    "id",
    "org",
    "source",
    "type",
    "subject",
    "recordedtime",
    "data",
];
