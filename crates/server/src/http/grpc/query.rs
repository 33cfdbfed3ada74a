//! `QueryService`: figures, lists and cases, each asked of its own route.
//!
//! Start at [`Query`]. A body is the route's own JSON, byte for byte: it has one contract, `openapi.json`, which is held
//! to the code, and messages of their own for forty answers would be a second one. What a client needs of each answer
//! without reading it (R, what was hidden, where it stands for ever) is typed beside it.
//!
//! Never here: what is answered, and who may see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use serde::Deserialize;
use serde_json::Value;
use web::http::origin::origin;
use wire::tonic::{Request, Response, Status, async_trait};
use wire::v1::query_service_server::QueryService;
use wire::v1::{
    Answer, CaseRequest, CaseResponse, FigureRequest, FigureResponse, ListRequest, ListResponse,
    RecordList,
};

use super::call_head::{CallHead, refused};
use crate::http::App;
use crate::http::inside::{Asker, InnerQuestion, NoReply, Reply, path_part};
use crate::http::outgoing::Share;
use crate::http::problem::{Problem, Sort};

/// The most bytes of an answer: as many as a part of a list may have, and what the last item of it passes that by.
/// Source: docs/reference/limits.md.
pub(super) const ANSWER_BYTES_MAX: usize = 32 << 20;

/// Answers questions.
pub(super) struct Query {
    app: App,
    routes: Router,
}

/// An answer, the parameters that give what follows on it, and the memory that it takes until it is sent.
struct Given {
    answer: Answer,
    next: BTreeMap<String, String>,
    share: Option<Arc<Share>>,
}

/// What every answer of the record states of itself.
#[derive(Deserialize)]
struct Statement {
    #[serde(default)]
    position: Option<u64>,
    #[serde(default)]
    hidden_through: u64,
    #[serde(default)]
    query: Value,
    #[serde(default)]
    scope: String,
}

impl Query {
    /// Makes the service over the routes that it asks.
    pub(super) const fn new(app: App, routes: Router) -> Self {
        Self { app, routes }
    }

    async fn ask(
        &self,
        head: &CallHead,
        path: String,
        parameters: BTreeMap<String, String>,
    ) -> Result<Given, Status> {
        let pairs = parameters.into_iter().collect();
        let question = InnerQuestion { path, pairs };
        let asker = Asker {
            headers: &head.headers,
            caller: Some(&head.caller),
        };
        let reply = question.ask(&self.routes, asker, ANSWER_BYTES_MAX).await;
        let reply = reply.map_err(|why| match why {
            NoReply::Address => {
                refused(Problem::new(Sort::Parameter, "it cannot stand in an address"))
            }
            NoReply::TooLong => {
                let detail = format!(
                    "the answer is longer than {ANSWER_BYTES_MAX} bytes: ask for less, by filters or by limit"
                );
                refused(Problem::new(Sort::Parameter, detail))
            }
            NoReply::Refused(problem) => refused(problem),
        })?;
        self.given(head, &question, reply)
    }

    fn given(
        &self,
        head: &CallHead,
        question: &InnerQuestion,
        reply: Reply,
    ) -> Result<Given, Status> {
        let stated: Statement = serde_json::from_slice(&reply.body)
            .map_err(|error| refused(Problem::failed(&error)))?;
        let bytes = u64::try_from(reply.body.len()).unwrap_or(u64::MAX);
        let memory = &self.app.bounds.outgoing;
        let share = memory.hold(&head.caller, bytes).map_err(refused)?;
        let permanent = question.permanent(stated.query.as_str(), stated.position);
        Ok(Given {
            next: reply.next().into_iter().flatten().collect(),
            answer: Answer {
                address: format!("{}{permanent}", origin(&head.headers)),
                position: stated.position.unwrap_or(0),
                hidden_through: stated.hidden_through,
                scope: stated.scope,
                body: reply.body,
            },
            share: share.map(Arc::new),
        })
    }
}

/// Answers with a message, and what it holds until it is sent.
fn answered<T>(message: T, share: Option<Arc<Share>>) -> Response<T> {
    let mut response = Response::new(message);
    share.into_iter().for_each(|share| {
        response.extensions_mut().insert(share);
    });
    response
}

#[async_trait]
impl QueryService for Query {
    async fn figure(
        &self,
        request: Request<FigureRequest>,
    ) -> Result<Response<FigureResponse>, Status> {
        let (head, asked) = CallHead::of(request);
        let path = "/v1/figures".to_owned();
        let given = self.ask(&head, path, asked.parameters).await?;
        let answer = Some(given.answer);
        Ok(answered(FigureResponse { answer }, given.share))
    }

    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        let (head, asked) = CallHead::of(request);
        let Some(path) = path(asked.list()) else {
            let detail = format!("there is no list {}: name one of RecordList", asked.list);
            return Err(refused(Problem::new(Sort::Parameter, detail)));
        };
        let given = self.ask(&head, path.to_owned(), asked.parameters).await?;
        let (answer, next) = (Some(given.answer), given.next);
        Ok(answered(ListResponse { answer, next }, given.share))
    }

    async fn case(&self, request: Request<CaseRequest>) -> Result<Response<CaseResponse>, Status> {
        let (head, asked) = CallHead::of(request);
        if asked.id.is_empty() {
            let detail = "id is empty, but must be a case's, such as north-desk:2020-001";
            return Err(refused(Problem::new(Sort::Parameter, detail)));
        }
        let path = format!("/v1/cases/{}", path_part(&asked.id));
        let given = self.ask(&head, path, asked.parameters).await?;
        let (answer, next) = (Some(given.answer), given.next);
        Ok(answered(CaseResponse { answer, next }, given.share))
    }
}

/// Returns the path of a list; none where none is named.
const fn path(list: RecordList) -> Option<&'static str> {
    Some(match list {
        RecordList::Unspecified => return None,
        RecordList::Cases => "/v1/cases",
        RecordList::Persons => "/v1/persons",
        RecordList::Events => "/v1/events",
        RecordList::Hearings => "/v1/hearings",
        RecordList::Statements => "/v1/statements",
        RecordList::Claims => "/v1/claims",
        RecordList::Definitions => "/v1/definitions",
        RecordList::Contradictions => "/v1/contradictions",
        RecordList::Inconsistencies => "/v1/inconsistencies",
        RecordList::Duplicates => "/v1/duplicates",
        RecordList::Rejections => "/v1/rejections",
        RecordList::Notices => "/v1/notices",
        RecordList::Search => "/v1/search",
        RecordList::FigureChanges => "/v1/figures/changes",
        RecordList::FigureRecords => "/v1/figures/records",
        RecordList::FigureHeld => "/v1/figures/held",
        RecordList::FigureFunnel => "/v1/figures/funnel",
        RecordList::FigureRearrests => "/v1/figures/rearrests",
        RecordList::FigureOverlap => "/v1/figures/overlap",
        RecordList::FigureMatches => "/v1/figures/matches",
        RecordList::FigurePublished => "/v1/figures/published",
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::contract;

    /// Routes with a cursor that are no list of the record, and where their answers are.
    const OTHERS: [&str; 6] = [
        // `Case`, by its id; one person and one published figure are asked over HTTP.
        "/v1/cases/{id}",
        "/v1/persons/{id}",
        "/v1/figures/{name}",
        // `WatchService`.
        "/v1/changes",
        // Lines of use and dead letters are of the node, not of the record.
        "/v1/uses",
        "/v1/webhooks/dead-letters",
    ];

    #[test]
    fn every_list_of_the_contract_is_one_of_record_list() {
        let contract = contract::published();
        let has_cursor = |route: &Value| {
            let parameters = route["get"]["parameters"].as_array();
            let mut parameters = parameters.into_iter().flatten();
            parameters.any(|one| {
                let place = one["$ref"]
                    .as_str()
                    .and_then(|place| place.strip_prefix('#'));
                place.is_some_and(|place| contract.pointer(place).unwrap()["name"] == "cursor")
            })
        };
        let paths = contract["paths"].as_object().unwrap().iter();
        let lists: BTreeSet<&str> = paths
            .filter(|(path, route)| has_cursor(route) && !path.contains('.'))
            .map(|(path, _)| path.as_str())
            .filter(|path| !OTHERS.contains(path))
            .collect();
        let own = (1..).map_while(|number| RecordList::try_from(number).ok());
        let own: BTreeSet<&str> = own.filter_map(path).collect();
        // The funnel has all of its few steps at once.
        let mut own_with_cursor = own.clone();
        own_with_cursor.retain(|path| has_cursor(&contract["paths"][*path]));
        assert_eq!(own_with_cursor, lists);
        for path in own {
            assert!(contract["paths"][path]["get"].is_object(), "{path}");
        }
        assert_eq!(path(RecordList::Unspecified), None);
    }
}
