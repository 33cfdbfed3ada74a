//! Small tables as known at R: `/v1/statements`, `/v1/claims`, `/v1/hearings`, `/v1/definitions`,
//! `/v1/contradictions`, `/v1/inconsistencies`.
//!
//! Never here: what stands in a row (`fold::shown`).

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use event::{Day, Position};
use fold::shown::{self, Listed, Statement};
use fold::{Definition, Fact, Scope};
use serde::Serialize;

use crate::access::MayRead;
use crate::http::App;
use crate::http::ask::{self, Asked, Parameters};
use crate::http::problem::{Problem, Sort};

/// Days that hearings are listed for where the question does not say: a fortnight.
const DAYS: u64 = 14;

/// The most days that hearings can be listed for: ten years.
const DAYS_MAX: u64 = 3_653;

#[derive(Serialize)]
struct Body<T> {
    position: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    scope: String,
    #[serde(flatten)]
    found: T,
}

#[derive(Serialize)]
struct Statements {
    statements: Vec<Statement>,
    /// Official responses to what is not in the list.
    responses: Vec<Listed>,
}

#[derive(Serialize)]
struct Claims {
    claims: Vec<shown::Claim>,
}

#[derive(Serialize)]
struct Hearings {
    from: String,
    to: String,
    hearings: Vec<Listed>,
}

#[derive(Serialize)]
struct Definitions {
    built_in: Vec<String>,
    definitions: Vec<Defined>,
}

#[derive(Serialize)]
struct Defined {
    definition: String,
    usable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    position: Position,
}

#[derive(Serialize)]
struct Findings<T> {
    /// Number of people of whom something is listed.
    persons: usize,
    #[serde(flatten)]
    found: T,
}

#[derive(Serialize)]
struct Contradictions {
    contradictions: Vec<Contradicted>,
}

#[derive(Serialize)]
struct Contradicted {
    case: Option<String>,
    person: Option<String>,
    kind: &'static str,
    shown: Position,
    others: Vec<Position>,
}

#[derive(Serialize)]
struct Inconsistencies {
    inconsistencies: Vec<Inconsistent>,
}

#[derive(Serialize)]
struct Inconsistent {
    case: Option<String>,
    person: Option<String>,
    inconsistency: &'static str,
    position: Position,
}

/// Answers one of the tables, which the path names.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    uri: Uri,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &mut parameters).await?;
    let scope = may.scope();
    match uri.path().rsplit('/').next().unwrap_or_default() {
        "statements" => {
            parameters.end("at, min_position")?;
            let found = read(&asked, |reading, table| {
                let (statements, responses) =
                    shown::statements(reading, table, asked.position, scope)?;
                Ok(Statements {
                    statements,
                    responses,
                })
            });
            answer(&headers, &may, "statements", &asked, found?)
        }
        "claims" => {
            parameters.end("at, min_position")?;
            let found = read(&asked, |reading, table| {
                let claims = shown::claims(reading, table, asked.position, scope)?;
                Ok(Claims { claims })
            });
            answer(&headers, &may, "claims", &asked, found?)
        }
        "hearings" => {
            let span = span(&asked, &mut parameters)?;
            parameters.end("at, days, from, min_position")?;
            let found = read(&asked, |reading, table| {
                let hearings = shown::hearings(reading, table, span, asked.position, scope)?;
                Ok(Hearings {
                    from: span.0.to_string(),
                    to: span.1.to_string(),
                    hearings,
                })
            });
            answer(
                &headers,
                &may,
                &format!("hearings {span:?}"),
                &asked,
                found?,
            )
        }
        "definitions" => {
            parameters.end("at, min_position")?;
            answer(
                &headers,
                &may,
                "definitions",
                &asked,
                definitions(&asked, scope)?,
            )
        }
        "contradictions" => {
            parameters.end("at, min_position")?;
            answer(
                &headers,
                &may,
                "contradictions",
                &asked,
                contradictions(&asked, scope),
            )
        }
        _ => {
            parameters.end("at, min_position")?;
            answer(
                &headers,
                &may,
                "inconsistencies",
                &asked,
                inconsistencies(&asked, scope),
            )
        }
    }
}

fn read<T>(
    asked: &Asked,
    work: impl FnOnce(&store::Reading<'_>, &fold::Table) -> Result<T, store::Failure>,
) -> Result<T, Problem> {
    let found = tokio::task::block_in_place(|| {
        let reading = asked.model.store().read()?;
        work(&reading, &asked.model.table())
    });
    found.map_err(|failure| Problem::failed(&failure))
}

fn answer<T: Serialize>(
    headers: &HeaderMap,
    may: &MayRead,
    named: &str,
    asked: &Asked,
    found: T,
) -> Result<Response, Problem> {
    let body = Body {
        position: asked.position,
        left_out: asked.left_out,
        scope: may.scope().name(),
        found,
    };
    let named = format!("{named} {:?}", asked.left_out);
    ask::answer(headers, may, &named, asked.position, &body)
}

/// Returns the days that hearings are listed for: `from`, else the day of the last `receivedtime` up
/// to R, and as many days as `days` says.
fn span(asked: &Asked, parameters: &mut Parameters) -> Result<(Day, Day), Problem> {
    let from = match parameters.take("from") {
        Some(text) => Some(Day::parse(&text).ok_or_else(|| {
            let detail = format!("from is {text:?}, but must be a day such as 2020-12-10");
            Problem::new(Sort::Parameter, detail)
        })?),
        None => asked.model.table().instants().default_day(asked.position),
    };
    let days = parameters.take_number("days")?.unwrap_or(DAYS);
    let Some(length) = i32::try_from(days).ok().filter(|_| days <= DAYS_MAX) else {
        let detail = format!("days is {days}, but must be 0 to {DAYS_MAX}");
        return Err(Problem::new(Sort::Parameter, detail));
    };
    let from = from.unwrap_or(Day::MIN);
    Ok((from, from.plus(length)))
}

fn definitions(asked: &Asked, scope: &Scope) -> Result<Definitions, Problem> {
    let own = read(asked, |reading, table| {
        fold::own_definitions(reading, table, asked.position, scope)
    })?;
    let built_in = Definition::ALL.iter();
    Ok(Definitions {
        built_in: built_in.map(|one| format!("{}.v1", one.name())).collect(),
        definitions: own
            .into_iter()
            .map(|one| Defined {
                definition: one.name.to_string(),
                usable: one.predicate.is_ok(),
                why_not: one.predicate.err().map(|error| error.to_string()),
                position: one.position,
            })
            .collect(),
    })
}

fn people<'p>(persons: impl Iterator<Item = &'p Option<String>>) -> usize {
    persons
        .flatten()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

fn contradictions(asked: &Asked, scope: &Scope) -> Findings<Contradictions> {
    let table = asked.model.table();
    let mut found = Vec::new();
    for finding in table.findings(asked.position, scope) {
        if let Fact::Contradiction(one) = &finding.fact {
            found.push(Contradicted {
                case: finding.case.as_ref().map(ToString::to_string),
                person: finding.person.as_ref().map(ToString::to_string),
                kind: one.kind.code(),
                shown: one.shown,
                others: one.others.clone(),
            });
        }
    }
    Findings {
        persons: people(found.iter().map(|one| &one.person)),
        found: Contradictions {
            contradictions: found,
        },
    }
}

fn inconsistencies(asked: &Asked, scope: &Scope) -> Findings<Inconsistencies> {
    let table = asked.model.table();
    let mut found = Vec::new();
    for finding in table.findings(asked.position, scope) {
        if let Fact::Misfit(misfit, position) = &finding.fact {
            found.push(Inconsistent {
                case: finding.case.as_ref().map(ToString::to_string),
                person: finding.person.as_ref().map(ToString::to_string),
                inconsistency: misfit.name(),
                position: *position,
            });
        }
    }
    Findings {
        persons: people(found.iter().map(|one| &one.person)),
        found: Inconsistencies {
            inconsistencies: found,
        },
    }
}
