//! An event in words, as lists show it: kind, day, organisation, case.
//!
//! Never here: one event in full (see [`crate::pages::event`]).

use answers::EventBody;

use crate::layout::Way;
use crate::request::PageRequest;
use crate::text::format;

/// An event in words, as lists show it.
pub(crate) struct EventSummary {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) org: String,
    pub(crate) when: Option<String>,
    pub(crate) verification: String,
    pub(crate) case: Option<Way>,
    pub(crate) text: Option<(String, String)>,
    pub(crate) by: Option<String>,
    pub(crate) facts: Vec<String>,
}

/// Says an event of a list.
pub(crate) fn summary(request: &PageRequest, one: &EventBody) -> EventSummary {
    let w = request.words();
    let data = &one.data;
    let text = |name: &str| data.text(name).map(ToOwned::to_owned);
    let language = data.text("lang").unwrap_or("und").to_owned();
    EventSummary {
        number: w.number(one.position.get()),
        href: request.link(&format!("/events/{}", one.position)),
        kind: w.label("kind", one.kind),
        org: one.org.to_string(),
        when: one.occurred.as_ref().map(|when| format::when(w, when)),
        verification: w.label("verification", one.verification),
        case: one.case.as_ref().map(|id| Way {
            name: id.clone(),
            href: request.link(&format!("/cases/{id}")),
            here: false,
        }),
        text: text("title")
            .or(text("verbatim"))
            .map(|text| (text, language)),
        by: text("by").or(text("claimant")),
        facts: Vec::new(),
    }
}
