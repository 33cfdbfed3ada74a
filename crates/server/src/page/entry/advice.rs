//! What somebody should know before they send an event: who will see it, what can be taken back later, what it will
//! probably not do, and who may be the same person.
//!
//! Never here: deciding any of it.

use answers::{Notice, TraitsBody};
use event::{Json, Kind, OrgId, PersonId};

use super::submission::Act;
use crate::http::Problem;
use crate::page::NodeRequest;
use crate::query::namesakes::{KnownPerson, Namesake, known_persons, namesakes};
use crate::query::row_by_row::RowByRow;
use crate::query::snapshot::Snapshot;
use web::http::parameters::Parameters;
use web::pages::duplicates;
use web::parts::people::{self, Named};
use web::text::words::Words;

/// A notice in words, and the gate's own.
pub(super) struct NoticeView {
    pub(super) text: String,
    pub(super) hint: Option<&'static str>,
}

/// Somebody who may be a person of the event.
pub(super) struct NamesakeView {
    pub(super) named: Named,
    /// What tells them apart from others of the name.
    pub(super) details: Vec<String>,
    /// The button by which the person of the event is this one.
    pub(super) act: String,
    /// Their cases, each with the button by which the event is of it.
    pub(super) cases: Vec<(String, String)>,
}

/// Somebody whom the event names, with each of their cases and the button by which the event is of it.
pub(super) struct KnownView {
    pub(super) named: Named,
    pub(super) cases: Vec<(String, String)>,
}

/// One of the two whom an event joins or keeps apart.
pub(super) struct PairedView {
    pub(super) named: Named,
    /// The cases in which the reader sees them; none of an id that is not in the record, for all that the reader sees.
    pub(super) cases: Vec<String>,
    /// What tells them apart from others.
    pub(super) details: Vec<String>,
}

/// The two whom an event joins or keeps apart.
#[derive(Default)]
pub(super) struct Pair {
    pub(super) sides: Vec<PairedView>,
    /// Whether both are one id, of which nothing can be said.
    pub(super) is_one_id: bool,
}

/// Who may be a person of the event, and whom of the record it names.
#[derive(Default)]
pub(super) struct People {
    pub(super) namesakes: Vec<NamesakeView>,
    /// Those who stand in other cases than the event's own alone: a release in a new case ends no custody.
    pub(super) known: Vec<KnownView>,
}

/// Says who will see an event, and what can be taken back.
pub(super) fn visibility(w: &Words, kind: Kind, org: &OrgId, data: &Json) -> Vec<String> {
    let said = data.text("visibility");
    let is_act = kind.is_amendment();
    let sees = match said {
        None if is_act => "act",
        said => said.unwrap_or("org"),
    };
    let org = org.as_str();
    ["enter.sees", "enter.back"]
        .iter()
        .map(|key| w.fill(&format!("{key}.{sees}"), &[("org", org)]))
        .chain([w.t("enter.back").to_owned()])
        .collect()
}

/// Says what an event will probably not do.
pub(super) fn notices(w: &Words, found: &[Notice]) -> Vec<NoticeView> {
    let say = |notice: &Notice| {
        let key = format!("notice.{}", notice.code);
        NoticeView {
            text: if w.has(&key) { w.t(&key) } else { notice.code }.to_owned(),
            hint: Some(notice.hint).filter(|_| w.language.code == "en" || !w.has(&key)),
        }
    };
    found.iter().map(say).collect()
}

/// Says whom an event joins or keeps apart, as far as the reader may see them; nothing of an event that does neither.
///
/// # Errors
/// [`Problem`]: no model yet, or the store fails.
pub(super) async fn pair(
    request: &NodeRequest,
    (kind, data): (Kind, &Json),
) -> Result<Pair, Problem> {
    if !kind.is_link() {
        return Ok(Pair::default());
    }
    let ids = data.list("pair").iter().filter_map(Json::as_text);
    let ids: Vec<PersonId> = ids.filter_map(|id| PersonId::parse(id).ok()).collect();
    let scope = request.may.scope();
    let mut at = Parameters(request.address.only(&["at"]).pairs().to_vec());
    let snapshot = Snapshot::hiding(&request.app.node, scope, &mut at).await?;
    let sides = ids.iter().map(|id| {
        let one = std::slice::from_ref(id);
        let known = known_persons((&snapshot, scope), &[id.to_string()])?;
        let (mut traits, mut cases, mut details) = (TraitsBody::default(), Vec::new(), Vec::new());
        if let Some(known) = known.into_iter().next() {
            let rows = RowByRow(&snapshot);
            let told = answers::individual_details(&rows, one, snapshot.position, scope)?;
            details = duplicates::words_of(request.words(), &told);
            (traits, cases) = (known.traits, known.cases);
        }
        Ok(PairedView {
            named: people::named(request, id.as_str(), &traits),
            cases,
            details,
        })
    });
    let sides = tokio::task::block_in_place(|| sides.collect::<Result<Vec<_>, _>>());
    let sides = sides.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    Ok(Pair {
        is_one_id: matches!(ids.as_slice(), [one, other] if one == other),
        sides,
    })
}

/// Finds those who may be a person of the event, and those whom it names, among those whom the reader may see.
///
/// # Errors
/// [`Problem`]: no model yet, or the store fails.
pub(super) async fn people(
    request: &NodeRequest,
    (subject, data): (Option<&str>, &Json),
) -> Result<People, Problem> {
    let persons = data.list("persons");
    let names_of = |person: &Json| -> Vec<String> {
        let names = person.list("names").iter();
        names
            .filter_map(|name| name.text("text"))
            .map(ToOwned::to_owned)
            .collect()
    };
    let names: Vec<Vec<String>> = persons.iter().map(names_of).collect();
    let ids = persons.iter().filter_map(|person| person.text("id"));
    let ids: Vec<String> = ids.map(ToOwned::to_owned).collect();
    if ids.is_empty() && names.iter().all(Vec::is_empty) {
        return Ok(People::default());
    }
    // The semaphore is never closed.
    let _search = request.app.pages.searches.acquire().await;
    let scope = request.may.scope();
    let mut at = Parameters(request.address.only(&["at"]).pairs().to_vec());
    let snapshot = Snapshot::hiding(&request.app.node, scope, &mut at).await?;
    let indexed = request.app.searching.indexed(snapshot.position).await;
    let of = (&snapshot, scope);
    let found = tokio::task::block_in_place(|| {
        let known = known_persons(of, &ids)?;
        Ok((known, namesakes(of, &indexed.index, &names, &ids)?))
    });
    let (known, found) = found.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let buttons = |cases: &[String]| -> Vec<(String, String)> {
        let cases = cases.iter();
        cases
            .map(|case| (case.clone(), Act::Case(case.clone()).value()))
            .collect()
    };
    let is_elsewhere = |one: &&KnownPerson| {
        subject.is_some_and(|subject| !one.cases.iter().any(|case| case == subject))
    };
    let known = known.iter().filter(is_elsewhere).map(|one| KnownView {
        named: people::named(request, one.id.as_str(), &one.traits),
        cases: buttons(&one.cases),
    });
    let view = |one: &Namesake| {
        let person = format!("/data/persons/{}", one.of);
        NamesakeView {
            named: people::named(request, &one.found.person, &one.found.traits),
            details: duplicates::words_of(request.words(), &one.details),
            act: Act::Person(person, one.found.person.clone()).value(),
            cases: buttons(&one.found.cases),
        }
    };
    Ok(People {
        namesakes: found.iter().map(view).collect(),
        known: known.collect(),
    })
}
