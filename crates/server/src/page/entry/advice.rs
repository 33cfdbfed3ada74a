//! What somebody should know before they send an event: who will see it, what can be taken back later, what it will
//! probably not do, and who may be the same person.
//!
//! Never here: deciding any of it.

use answers::Notice;
use event::{Json, Kind, OrgId};

use super::submission::Act;
use crate::http::Problem;
use crate::page::NodeRequest;
use crate::query::namesakes::{Namesake, namesakes};
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

/// Finds those who may be a person of the event, among those whom the reader may see.
///
/// # Errors
/// [`Problem`]: no model yet, or the store fails.
pub(super) async fn possible_duplicates(
    request: &NodeRequest,
    data: &Json,
) -> Result<Vec<NamesakeView>, Problem> {
    let persons = data.list("persons");
    let names_of = |person: &Json| -> Vec<String> {
        let names = person.list("names").iter();
        names
            .filter_map(|name| name.text("text"))
            .map(ToOwned::to_owned)
            .collect()
    };
    let names: Vec<Vec<String>> = persons.iter().map(names_of).collect();
    if names.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let ids = persons.iter().filter_map(|person| person.text("id"));
    let ids: Vec<String> = ids.map(ToOwned::to_owned).collect();
    // The semaphore is never closed.
    let _search = request.app.pages.searches.acquire().await;
    let scope = request.may.scope();
    let mut at = Parameters(request.address.only(&["at"]).pairs().to_vec());
    let snapshot = Snapshot::hiding(&request.app.node, scope, &mut at).await?;
    let indexed = request.app.searching.indexed(snapshot.position).await;
    let of = (&snapshot, scope);
    let found = tokio::task::block_in_place(|| namesakes(of, &indexed.index, &names, &ids));
    let found = found.map_err(|failure| Problem::failed(&failure))?;
    let view = |one: &Namesake| {
        let person = format!("/data/persons/{}", one.of);
        let cases = one.found.cases.iter();
        NamesakeView {
            named: people::named(request, &one.found.person, &one.found.traits),
            details: duplicates::words_of(request.words(), &one.details),
            act: Act::Person(person, one.found.person.clone()).value(),
            cases: cases
                .map(|case| (case.clone(), Act::Case(case.clone()).value()))
                .collect(),
        }
    };
    Ok(found.iter().map(view).collect())
}
