//! Controls: chips, the sliders for D and R, and the form that asks another question.
//!
//! All of them are links and GET forms, so they work without scripts; the address stays the state.
//!
//! Never here: what a parameter means.

use axum::response::Response;
use event::Day;
use figures::Dimension;

use crate::address::{Address, FILTERS};
use crate::http::{Problem, Sort};
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::{format, sentence};

/// How many positions a slider for R names with their day.
const TICKS: u64 = 24;

/// A filter that is set, and the address without it.
pub(crate) struct Chip {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) remove: String,
}

/// Returns a chip for each filter that is set.
///
/// `paging` is the parameter that says where the lines of the page begin, which another selection has
/// elsewhere; empty where there is none.
pub(crate) fn chips(request: &PageRequest, path: &str, paging: &str) -> Vec<Chip> {
    let w = request.words();
    let set = FILTERS
        .iter()
        .filter_map(|name| Some((*name, request.address.get(name)?)));
    set.map(|(name, value)| Chip {
        name: format::dimension(w, name),
        value: format::values(w, name, value),
        remove: request.href(path, &request.address.without(name).without(paging)),
    })
    .collect()
}

/// A hidden field, which keeps a parameter in a form.
pub(crate) type Hidden = (String, String);

/// The sliders for D and R.
pub(crate) struct Adjust {
    pub(crate) action: String,
    pub(crate) keep_for_at: Vec<Hidden>,
    pub(crate) keep_for_day: Vec<Hidden>,
    pub(crate) newest: u64,
    pub(crate) at: u64,
    pub(crate) at_text: String,
    /// Positions with the day on which their event was recorded: `1=2020-01-02 44=2020-09-05`.
    pub(crate) ticks: String,
    pub(crate) day: Option<DaySlider>,
}

/// The slider for D, in days from 1970-01-01.
pub(crate) struct DaySlider {
    pub(crate) first: i32,
    pub(crate) last: i32,
    pub(crate) value: i32,
    pub(crate) text: String,
}

impl Adjust {
    /// Makes the sliders of a page at `path`; that for D where `on` is given.
    ///
    /// # Errors
    /// [`Problem`] when there is no model.
    pub(crate) fn new(
        request: &PageRequest,
        snapshot: &Snapshot,
        path: &str,
        on: Option<&str>,
        first_year: Option<&str>,
    ) -> Result<Self, Problem> {
        let w = request.words();
        let (newest, last_day, ticks, recorded) = {
            let table = snapshot.columns();
            let instants = table.instants();
            let newest = instants.newest();
            let day = |position: u64| {
                // When the record knew it: what organisations say of when they recorded is another clock.
                let received = instants.received_at(event::Position::new(position))?;
                Some(received.utc_day())
            };
            let step = (newest.get() / TICKS).max(1);
            let mut positions: Vec<u64> = (1..=TICKS).map(|n| n.saturating_mul(step)).collect();
            positions.insert(0, 1);
            positions.push(newest.get());
            let ticks: Vec<String> = positions
                .into_iter()
                .filter(|position| *position <= newest.get())
                .filter_map(|position| Some(format!("{position}={}", day(position)?)))
                .collect();
            (
                newest.get(),
                instants.default_day(newest),
                ticks.join(" "),
                day(snapshot.position.get()),
            )
        };
        let keep = |name: &[&str]| -> Vec<Hidden> {
            let kept = request.address.pairs().iter();
            kept.filter(|(key, _)| !name.contains(&key.as_str()))
                .cloned()
                .collect()
        };
        let value = on.and_then(Day::parse);
        let first = first_year
            .and_then(|year| Day::parse(&format!("{year}-01-01")))
            .or(value);
        let day = value
            .zip(first)
            .zip(last_day)
            .map(|((value, first), last)| DaySlider {
                first: first.min(value).number(),
                last: last.max(value).number(),
                value: value.number(),
                text: w.day(value),
            });
        Ok(Self {
            action: request.href(path, &Address::default()),
            keep_for_at: keep(&["at"]),
            keep_for_day: keep(&["on", "d"]),
            newest,
            at: snapshot.position.get(),
            at_text: recorded.map_or_else(String::new, |day| w.day(day)),
            ticks,
            day,
        })
    }
}

/// Leads from a day chosen with a slider (`d`, in days from 1970-01-01) to the page's own address
/// for it, so that the address has one form.
///
/// # Errors
/// [`Problem`] when `d` is not a number of days.
pub(crate) fn day_chosen(request: &PageRequest) -> Result<Option<Response>, Problem> {
    let Some(chosen) = request.address.get("d") else {
        return Ok(None);
    };
    let day = chosen.parse().ok().map(Day::from_number);
    let day = day.filter(|day| day.ymd().is_some()).ok_or_else(|| {
        Problem::new(
            Sort::Parameter,
            format!("d is {chosen:?}, but must be a number of days from 1970-01-01"),
        )
    })?;
    let state = request.address.without("d").with("on", &day.to_string());
    Ok(Some(request.lead_to(&request.href(&request.path, &state))))
}

/// A choice of a form.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A field of a form.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

/// A field into which something is written.
pub(crate) struct TextField {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) example: &'static str,
}

/// The form that asks another question.
pub(crate) struct Builder {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) written: Vec<TextField>,
    pub(crate) keep: Vec<Hidden>,
}

/// What can be counted, as one choice: measure, then definition or kind.
const COUNTED: &[&str] = &[
    "persons;definition;arrested/for_rights",
    "persons;kind;arrest",
    "events;kind;arrest",
    "persons;definition;detained/any",
    "persons;definition;detained/state_custody",
    "persons;definition;detained/incl_house_arrest",
    "persons;kind;release",
    "events;kind;release",
    "persons;kind;charge",
    "person_charges;;",
    "persons;kind;disappearance,left_custody",
    "persons;kind;death",
    "persons;kind;ill_treatment",
    "persons;kind;summons",
    "events;kind;hearing",
    "events;kind;organisation_action",
    "events;kind;assembly_action",
    "events;kind;expression_action",
    "events;;",
];

impl Builder {
    /// Makes the form, with what is asked now chosen in it.
    pub(crate) fn new(request: &PageRequest) -> Self {
        let w = request.words();
        let state = &request.address;
        let now = counted_now(state);
        let counted = COUNTED.iter().filter_map(|what| {
            let query = figures::Query::parse(counted(what)?.pairs()).ok()?;
            Some(Choice {
                value: (*what).to_owned(),
                label: sentence::subject(w, &query),
                chosen: **what == now,
            })
        });
        let groups = Dimension::ALL.iter().map(|(name, _)| Choice {
            value: (*name).to_owned(),
            label: format::dimension(w, name),
            chosen: state.get("group_by") == Some(name),
        });
        let mut fields = vec![
            field(w.t("builder.count"), "what", counted.collect(), None),
            field(
                w.t("builder.group"),
                "group_by",
                groups.collect(),
                Some(w.t("builder.no_group")),
            ),
        ];
        for (name, list) in [
            ("rights_exercised", "right"),
            ("role", "role"),
            ("sex", "sex"),
            ("minor", "four_valued"),
            ("authority", "authority_kind"),
            ("verification", "verification"),
            ("assessment", "assessment"),
        ] {
            fields.push(of_list(request, name, list));
        }
        let written = [
            ("occurred", "2020-06"),
            ("place", "KH-12"),
            ("locality", "Kampot"),
            ("tag", "land"),
            ("nationality", "KH"),
            ("org", "mekong-rights"),
        ];
        Self {
            action: request.href("/figures", &Address::default()),
            fields,
            written: written
                .into_iter()
                .map(|(name, example)| TextField {
                    name,
                    label: format::dimension(w, name),
                    value: state.get(name).unwrap_or_default().to_owned(),
                    example,
                })
                .collect(),
            keep: state.only(&["at", "on"]).pairs().to_vec(),
        }
    }
}

/// Returns what is counted now, in the form of [`COUNTED`].
fn counted_now(state: &Address) -> String {
    let measure = state.get("measure").unwrap_or("persons");
    let (name, value) = match (state.get("definition"), state.get("kind")) {
        (Some(definition), _) => ("definition", definition),
        (None, Some(kind)) => ("kind", kind),
        (None, None) => ("", ""),
    };
    [measure, name, value].join(";")
}

fn field(label: &str, name: &'static str, choices: Vec<Choice>, none: Option<&str>) -> Field {
    let none = none.map(|label| Choice {
        value: String::new(),
        label: label.to_owned(),
        chosen: false,
    });
    Field {
        name,
        label: label.to_owned(),
        choices: none.into_iter().chain(choices).collect(),
    }
}

fn of_list(request: &PageRequest, name: &'static str, list: &str) -> Field {
    let w = request.words();
    let known = event::list(list);
    let codes = known.map(|list| list.codes.as_slice()).unwrap_or_default();
    let asked = |code: &str| match name {
        // As thresholds, these two rank with `reported`.
        "verification" => !matches!(code, "unknown" | "disputed"),
        "minor" => code != "not_applicable",
        _ => true,
    };
    let choices = codes
        .iter()
        .filter(|label| asked(label.code))
        .map(|label| Choice {
            value: label.code.to_owned(),
            label: w.label(list, label.code),
            chosen: request.address.get(name) == Some(label.code),
        });
    field(
        &format::dimension(w, name),
        name,
        choices.collect(),
        Some(w.t("builder.any")),
    )
}

/// Returns the parameters of a choice of [`COUNTED`].
fn counted(what: &str) -> Option<Address> {
    let mut parts = what.splitn(3, ';');
    let (measure, name, value) = (parts.next()?, parts.next()?, parts.next()?);
    let state = Address::default().with("measure", measure);
    match name {
        "" => Some(state),
        "definition" | "kind" => Some(state.with(name, value)),
        _ => None,
    }
}

/// Leads from the choice of what to count (`what`) to the figure's own address, leaving out what
/// does not go with it.
///
/// # Errors
/// [`Problem`] when `what` is none of the choices.
pub(crate) fn question_chosen(request: &PageRequest) -> Result<Option<Response>, Problem> {
    let Some(what) = request.address.get("what") else {
        return Ok(None);
    };
    let chosen = COUNTED
        .contains(&what)
        .then(|| counted(what))
        .flatten()
        .ok_or_else(|| {
            Problem::new(
                Sort::Parameter,
                format!("what is {what:?}, but must be one of the choices of the form"),
            )
        })?;
    let mut state = ["what", "measure", "definition", "kind"]
        .iter()
        .fold(request.address.clone(), |state, name| state.without(name));
    for (name, value) in chosen.pairs() {
        state = state.with(name, value);
    }
    let held = chosen
        .get("definition")
        .is_some_and(|name| name.starts_with("detained/"));
    if held {
        state = state.without("occurred");
        if matches!(state.get("group_by"), Some("month" | "quarter" | "year")) {
            state = state.without("group_by");
        }
    } else {
        state = state.without("on");
    }
    Ok(Some(request.lead_to(&request.href(&request.path, &state))))
}
