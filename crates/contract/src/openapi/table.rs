//! The tables of routes, parameters and problems, as they are written beside this file.
//!
//! Start at [`Routes::read`].
//!
//! Never here: how they are published.

use std::collections::BTreeMap;

use event::{Kind, list};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ContractError;

/// The endings of files, with what each is in words and its media type.
pub(super) const FORMS: &[(&str, &str, &str)] = &[
    ("csv", "as CSV", "text/csv; charset=utf-8"),
    ("jsonl", "as JSON lines", "application/jsonl"),
    (
        "xlsx",
        "as a workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
];

/// A route: a path and a method, with what it takes and answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The path, as OpenAPI writes it.
    pub path: String,
    /// The method, in lower case.
    #[serde(default = "get")]
    pub method: String,
    /// The name by which clients call it.
    pub id: String,
    /// What it is about.
    pub tag: String,
    /// What it does, as a sentence.
    pub summary: String,
    /// The keys of its parameters; `filters` are those of a figure without `group_by`.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// What its body holds, where it takes one: `events`, `form`, `mcp` or `webhook`.
    pub body: Option<String>,
    /// Whether nobody is answered without a token.
    #[serde(default)]
    pub needs_token: bool,
    /// Whether it is a file too, in each form.
    #[serde(default)]
    has_files: bool,
    /// The parameters of the file, where they are others.
    file_parameters: Option<Vec<String>>,
    /// The statuses of its problems, beside those of every route.
    #[serde(default)]
    pub problems: Vec<u16>,
    /// An address under it that the demo answers.
    pub example: String,
    /// What it answers.
    pub answers: Vec<Answer>,
}

/// An answer of a route.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The media type; empty of an answer without a body.
    #[serde(default)]
    pub media: String,
    /// What it says.
    pub says: String,
    /// The end of the file that declares, or names, the type of the body.
    #[serde(default)]
    pub file: String,
    /// The type of the body; none of one that is not described.
    pub r#type: Option<String>,
    /// Whether it states through which position something was hidden.
    #[serde(default)]
    pub states_hidden: bool,
}

/// A parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Where it stands: `query`, `path` or `header`.
    #[serde(default = "query")]
    pub r#where: String,
    /// What it says, as a sentence.
    pub about: String,
    /// A value that the demo takes; none of what only an answer gives.
    pub example: Option<String>,
    /// The list whose codes it takes.
    #[serde(default)]
    codes: String,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
    /// The schema of its value.
    pub schema: Value,
}

/// A problem.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// The status with which it is answered.
    pub status: u16,
    /// The last part of its type.
    pub name: String,
    /// Its title.
    pub title: String,
}

/// The tables.
#[derive(Clone, Debug)]
pub struct Routes {
    /// The routes, files among them, in the order of the tables.
    pub routes: Vec<Route>,
    /// The parameters, by key.
    pub parameters: BTreeMap<String, Parameter>,
    /// The problems.
    pub problems: Vec<Problem>,
    /// The filters of a figure, by name.
    pub filters: Vec<String>,
}

fn get() -> String {
    "get".to_owned()
}

const fn ok() -> u16 {
    200
}

fn query() -> String {
    "query".to_owned()
}

#[derive(Deserialize)]
struct RouteTable {
    route: Vec<Route>,
    #[serde(default)]
    filters: Vec<String>,
}

#[derive(Deserialize)]
struct ProblemTable {
    problem: Vec<Problem>,
}

impl Routes {
    /// Reads the tables.
    ///
    /// # Errors
    /// [`ContractError`]: one is not of its form, or names a parameter or a list that there is not.
    pub fn read() -> Result<Self, ContractError> {
        let (mut tables, mut filters) = (Vec::new(), Vec::new());
        for text in [
            include_str!("record.toml"),
            include_str!("figures.toml"),
            include_str!("node.toml"),
        ] {
            let table: RouteTable = toml::from_str(text)?;
            tables.extend(table.route);
            filters.extend(table.filters);
        }
        let mut routes = Vec::new();
        for mut route in tables {
            route.parameters = expanded(&route.parameters, &filters);
            let files = if route.has_files {
                files(&route, &filters)
            } else {
                Vec::new()
            };
            routes.push(route);
            routes.extend(files);
        }
        let mut parameters: BTreeMap<String, Parameter> =
            toml::from_str(include_str!("parameters.toml"))?;
        for (key, parameter) in &mut parameters {
            if parameter.name.is_empty() {
                parameter.name.clone_from(key);
            }
            if !parameter.codes.is_empty() {
                parameter.schema["items"] = json!({"enum": codes(&parameter.codes)?});
            }
        }
        let problems: ProblemTable = toml::from_str(include_str!("problems.toml"))?;
        Ok(Self {
            routes,
            parameters,
            problems: problems.problem,
            filters,
        })
    }

    /// Returns the parameters of a route, in its order.
    ///
    /// # Errors
    /// [`ContractError`] of a key that there is not.
    pub fn parameters_of(&self, route: &Route) -> Result<Vec<&Parameter>, ContractError> {
        let found = route.parameters.iter().map(|key| {
            let parameter = self.parameters.get(key);
            parameter
                .ok_or_else(|| ContractError::unknown(&route.path, format!("no parameter {key}")))
        });
        found.collect()
    }
}

/// Puts the filters of a figure in the place of `filters`.
fn expanded(keys: &[String], filters: &[String]) -> Vec<String> {
    keys.iter()
        .flat_map(|key| match key.as_str() {
            "filters" => filters.to_vec(),
            _ => vec![key.clone()],
        })
        .collect()
}

/// Returns the routes of the files that a list is too.
fn files(route: &Route, filters: &[String]) -> Vec<Route> {
    let parameters = match &route.file_parameters {
        Some(own) => expanded(own, filters),
        None => {
            let of_file = |key: &String| match key.as_str() {
                "limit" | "limit/long" => "limit/file".to_owned(),
                _ => key.clone(),
            };
            route.parameters.iter().map(of_file).collect()
        }
    };
    FORMS
        .iter()
        .map(|(ending, words, media)| {
            let mut capital = (*ending).to_owned();
            capital
                .get_mut(..1)
                .into_iter()
                .for_each(str::make_ascii_uppercase);
            let mut parameters = parameters.clone();
            if *ending == "csv" {
                parameters.push("bom".to_owned());
            }
            let example = match route.example.split_once('?') {
                Some((path, question)) => format!("{path}.{ending}?{question}"),
                None => format!("{}.{ending}", route.example),
            };
            Route {
                path: format!("{}.{ending}", route.path),
                id: format!("{}{capital}", route.id),
                summary: format!("{} As a file, {words}.", route.summary),
                parameters,
                has_files: false,
                example,
                answers: vec![Answer {
                    status: 200,
                    media: (*media).to_owned(),
                    says: "The list.".to_owned(),
                    file: String::new(),
                    r#type: None,
                    states_hidden: false,
                }],
                ..route.clone()
            }
        })
        .collect()
}

/// Returns the codes that a parameter takes.
fn codes(name: &str) -> Result<Vec<&'static str>, ContractError> {
    match name {
        "kind" => Ok(Kind::ALL.iter().map(|kind| kind.code()).collect()),
        _ => {
            let found = list(name);
            let found = found
                .ok_or_else(|| ContractError::unknown("a parameter", format!("no list {name}")))?;
            let codes = found.codes.iter().map(|label| label.code);
            // The dead are in no state on a later day.
            Ok(codes
                .filter(|code| (name, *code) != ("custody_state", "dead"))
                .collect())
        }
    }
}
