//! Every route, with addresses under it, for tests that visit them all.
//!
//! A route of the router that [`VISITED`] does not have fails the test.
//!
//! Never here: what a route must show.

use std::collections::BTreeSet;

use crate::node::root;

/// Each route (`{form}` is each ending of a file), and addresses under it; `{case}`, `{person}`, `{position}` and `{figure}` are those of a
/// hidden event.
pub(crate) const VISITED: &[(&str, &[&str])] = &[
    (
        "/v1/events",
        &[
            "/v1/events?limit=1000",
            "/v1/events?from={position}&limit=1&at={position}",
        ],
    ),
    (
        "/v1/events/{position}",
        &[
            "/v1/events/{position}",
            "/v1/events/{position}?at={position}",
        ],
    ),
    (
        "/v1/events/{position}/author",
        &["/v1/events/{position}/author"],
    ),
    ("/v1/access", &["/v1/access"]),
    // Taken by POST alone.
    ("/v1/hooks/{mapping}", &["/v1/hooks/none"]),
    ("/mcp", &["/mcp"]),
    ("/v1/uses", &["/v1/uses"]),
    ("/v1/webhooks", &["/v1/webhooks"]),
    ("/v1/webhooks/dead-letters", &["/v1/webhooks/dead-letters"]),
    // Taken by DELETE and by POST alone.
    ("/v1/webhooks/{id}", &["/v1/webhooks/none"]),
    (
        "/v1/webhooks/{id}/dead-letters/{position}",
        &["/v1/webhooks/none/dead-letters/{position}"],
    ),
    (
        "/v1/cases",
        &["/v1/cases?limit=1000", "/v1/cases?limit=1000&at={position}"],
    ),
    (
        "/v1/cases/{id}",
        &["/v1/cases/{case}", "/v1/cases/{case}?at={position}"],
    ),
    ("/v1/duplicates", &["/v1/duplicates?limit=1000"]),
    (
        "/v1/search",
        &[
            "/v1/search?q=reason&limit=100",
            "/v1/search?q=note&in=events&at={position}",
        ],
    ),
    (
        "/v1/persons",
        &[
            "/v1/persons?limit=1000",
            "/v1/persons?limit=1000&at={position}",
        ],
    ),
    (
        "/v1/persons/{id}",
        &["/v1/persons/{person}", "/v1/persons/{person}?at={position}"],
    ),
    (
        "/v1/figures",
        &[
            "/v1/figures?measure=events&group_by=kind",
            "/v1/figures?measure=events&group_by=case&at={position}",
            "/v1/figures?group_by=person",
            "/v1/figures?group_by=law,article,court",
        ],
    ),
    (
        "/v1/figures/changes",
        &["/v1/figures/changes?measure=events&from=0"],
    ),
    (
        "/v1/figures/certificate",
        &[
            "/v1/figures/certificate?measure=events&group_by=org",
            "/v1/figures/certificate?measure=events&group_by=case",
        ],
    ),
    (
        "/v1/figures/records",
        &[
            "/v1/figures/records?measure=events",
            "/v1/figures/records?measure=events&at={position}",
        ],
    ),
    (
        "/v1/figures/held",
        &["/v1/figures/held", "/v1/figures/held?on=2020-12-31"],
    ),
    ("/v1/figures/funnel", &["/v1/figures/funnel?kind=arrest"]),
    (
        "/v1/figures/rearrests",
        &["/v1/figures/rearrests?within_days=366"],
    ),
    (
        "/v1/figures/overlap",
        &[
            "/v1/figures/overlap?kind=arrest&org=canary-desk,other-desk",
            "/v1/figures/overlap?kind=arrest&org=alpha,beta",
        ],
    ),
    ("/v1/figures/matches", &["/v1/figures/matches?kind=arrest"]),
    ("/v1/figures/published", &["/v1/figures/published"]),
    ("/v1/figures/{name}", &["/v1/figures/f{position}"]),
    (
        "/v1/figures/{name}/certificate",
        &["/v1/figures/f{position}/certificate"],
    ),
    (
        "/v1/figures.csv",
        &["/v1/figures.csv?measure=events&group_by=case"],
    ),
    (
        "/v1/events.{form}",
        &[
            "/v1/events.csv",
            "/v1/events.jsonl?at={position}",
            "/v1/events.xlsx",
        ],
    ),
    (
        "/v1/cases.{form}",
        &[
            "/v1/cases.csv",
            "/v1/cases.jsonl?at={position}",
            "/v1/cases.xlsx",
        ],
    ),
    (
        "/v1/persons.{form}",
        &[
            "/v1/persons.csv",
            "/v1/persons.jsonl?at={position}",
            "/v1/persons.xlsx",
        ],
    ),
    (
        "/v1/duplicates.{form}",
        &[
            "/v1/duplicates.csv",
            "/v1/duplicates.jsonl",
            "/v1/duplicates.xlsx",
        ],
    ),
    (
        "/v1/figures/changes.{form}",
        &[
            "/v1/figures/changes.csv?measure=events&from=0",
            "/v1/figures/changes.jsonl?measure=events&from=0",
            "/v1/figures/changes.xlsx?measure=events&from=0",
        ],
    ),
    (
        "/v1/figures/records.{form}",
        &[
            "/v1/figures/records.csv?measure=events",
            "/v1/figures/records.jsonl?measure=events&at={position}",
            "/v1/figures/records.xlsx?measure=events",
        ],
    ),
    (
        "/v1/figures/held.{form}",
        &[
            "/v1/figures/held.csv?on=2020-12-31",
            "/v1/figures/held.jsonl",
            "/v1/figures/held.xlsx",
        ],
    ),
    (
        "/v1/figures/funnel.{form}",
        &[
            "/v1/figures/funnel.csv?kind=arrest",
            "/v1/figures/funnel.jsonl?kind=arrest",
            "/v1/figures/funnel.xlsx?kind=arrest",
        ],
    ),
    (
        "/v1/figures/rearrests.{form}",
        &[
            "/v1/figures/rearrests.csv?within_days=366",
            "/v1/figures/rearrests.jsonl?within_days=366",
            "/v1/figures/rearrests.xlsx?within_days=366",
        ],
    ),
    (
        "/v1/figures/overlap.{form}",
        &[
            "/v1/figures/overlap.csv?kind=arrest&org=alpha,beta",
            "/v1/figures/overlap.jsonl?kind=arrest&org=alpha,beta",
            "/v1/figures/overlap.xlsx?kind=arrest&org=canary-desk,other-desk",
        ],
    ),
    (
        "/v1/figures/matches.{form}",
        &[
            "/v1/figures/matches.csv?kind=arrest",
            "/v1/figures/matches.jsonl?kind=arrest",
            "/v1/figures/matches.xlsx?kind=arrest",
        ],
    ),
    (
        "/v1/figures/published.{form}",
        &[
            "/v1/figures/published.csv",
            "/v1/figures/published.jsonl",
            "/v1/figures/published.xlsx",
        ],
    ),
    (
        "/v1/statements.{form}",
        &[
            "/v1/statements.csv",
            "/v1/statements.jsonl",
            "/v1/statements.xlsx",
        ],
    ),
    (
        "/v1/claims.{form}",
        &["/v1/claims.csv", "/v1/claims.jsonl", "/v1/claims.xlsx"],
    ),
    (
        "/v1/hearings.{form}",
        &[
            "/v1/hearings.csv?from=2021-01-01&days=30",
            "/v1/hearings.jsonl?from=2021-01-01&days=30",
            "/v1/hearings.xlsx",
        ],
    ),
    (
        "/v1/hearings.ics",
        &[
            "/v1/hearings.ics?from=2021-01-01&days=30",
            "/v1/hearings.ics",
        ],
    ),
    (
        "/v1/figures/held.ics",
        &["/v1/figures/held.ics?on=2020-12-31", "/v1/figures/held.ics"],
    ),
    (
        "/v1/definitions.{form}",
        &[
            "/v1/definitions.csv",
            "/v1/definitions.jsonl",
            "/v1/definitions.xlsx",
        ],
    ),
    (
        "/v1/contradictions.{form}",
        &[
            "/v1/contradictions.csv",
            "/v1/contradictions.jsonl",
            "/v1/contradictions.xlsx",
        ],
    ),
    (
        "/v1/inconsistencies.{form}",
        &[
            "/v1/inconsistencies.csv",
            "/v1/inconsistencies.jsonl",
            "/v1/inconsistencies.xlsx",
        ],
    ),
    (
        "/v1/figures.jsonl",
        &["/v1/figures.jsonl?measure=events&group_by=case"],
    ),
    (
        "/v1/figures.xlsx",
        &["/v1/figures.xlsx?measure=events&group_by=case"],
    ),
    (
        "/v1/series.csv",
        &["/v1/series.csv?measure=events&group_by=month,case"],
    ),
    (
        "/v1/series.jsonl",
        &["/v1/series.jsonl?measure=events&group_by=month,case"],
    ),
    (
        "/v1/series.xlsx",
        &["/v1/series.xlsx?measure=events&group_by=month,case"],
    ),
    (
        "/v1/figures.svg",
        &["/v1/figures.svg?measure=events&group_by=case"],
    ),
    ("/v1/figures.txt", &["/v1/figures.txt?measure=events"]),
    ("/v1/figures.atom", &["/v1/figures.atom?measure=events"]),
    (
        "/v1/events.atom",
        &["/v1/events.atom", "/v1/events.atom?at={position}"],
    ),
    (
        "/v1/cases.atom",
        &["/v1/cases.atom", "/v1/cases.atom?at={position}"],
    ),
    (
        "/v1/cases/{id}/events.atom",
        &["/v1/cases/{case}/events.atom"],
    ),
    (
        "/v1/statements",
        &["/v1/statements", "/v1/statements?at={position}"],
    ),
    ("/v1/claims", &["/v1/claims", "/v1/claims?at={position}"]),
    (
        "/v1/hearings",
        &["/v1/hearings?from=2021-01-01&days=30", "/v1/hearings"],
    ),
    (
        "/v1/definitions",
        &["/v1/definitions", "/v1/definitions?at={position}"],
    ),
    ("/v1/contradictions", &["/v1/contradictions"]),
    ("/v1/inconsistencies", &["/v1/inconsistencies"]),
    ("/v1/rejections", &["/v1/rejections"]),
    (
        "/v1/notices",
        &["/v1/notices?limit=1000", "/v1/notices?at={position}"],
    ),
    (
        "/v1/package.zip",
        &["/v1/package.zip", "/v1/package.zip?at={position}"],
    ),
    ("/v1/changes", &["/v1/changes?limit=1000"]),
    ("/v1/codes", &["/v1/codes"]),
    ("/v1/codes/{list}", &["/v1/codes/kind"]),
    ("/v1/log/checkpoint", &["/v1/log/checkpoint"]),
    (
        "/v1/log/tile/{*name}",
        &["/v1/log/tile/0/000", "/v1/log/tile/entries/000"],
    ),
    ("/v1/log/proof/{position}", &["/v1/log/proof/{position}"]),
    ("/v1/log/policy", &["/v1/log/policy"]),
    ("/openapi.json", &["/openapi.json"]),
    ("/api", &["/api"]),
    ("/livez", &["/livez"]),
    ("/readyz", &["/readyz"]),
    ("/metrics", &["/metrics"]),
    ("/assets/{name}", &["/assets/none"]),
    ("/", &["/"]),
    (
        "/figures",
        &[
            "/figures?measure=events&group_by=case",
            "/figures?group_by=person",
        ],
    ),
    ("/embed", &["/embed?measure=events&group_by=case"]),
    ("/held", &["/held", "/held?on=2020-12-31"]),
    ("/rearrests", &["/rearrests", "/rearrests?within_days=366"]),
    ("/definitions", &["/definitions"]),
    ("/contradictions", &["/contradictions"]),
    ("/inconsistencies", &["/inconsistencies"]),
    ("/duplicates", &["/duplicates"]),
    ("/decide", &["/decide", "/decide?from=5"]),
    (
        "/overlap",
        &[
            "/overlap",
            "/overlap?org=canary-desk,other-desk",
            "/overlap?org=alpha,beta",
        ],
    ),
    ("/cases", &["/cases", "/cases?at={position}"]),
    (
        "/cases/{id}",
        &["/cases/{case}", "/cases/{case}?at={position}"],
    ),
    ("/persons/{id}", &["/persons/{person}"]),
    (
        "/events/{position}",
        &["/events/{position}", "/events/{position}?at={position}"],
    ),
    (
        "/why",
        &[
            "/why?from=0&measure=events",
            "/why?from=0&measure=events&rights_exercised=no_torture",
        ],
    ),
    (
        "/records",
        &[
            "/records?measure=events",
            "/records?measure=events&at={position}",
        ],
    ),
    ("/statements", &["/statements"]),
    ("/hearings", &["/hearings", "/hearings?on=2021-01-10"]),
    ("/published", &["/published"]),
    ("/history", &["/history"]),
    ("/search", &["/search?q=note", "/search"]),
    ("/enter", &["/enter"]),
    ("/enter/{kind}", &["/enter/arrest", "/enter/correction"]),
    (
        "/events/{position}/correct",
        &["/events/{position}/correct"],
    ),
    (
        "/events/{position}/retract",
        &["/events/{position}/retract"],
    ),
    (
        "/events/{position}/publish",
        &["/events/{position}/publish"],
    ),
    ("/rejected", &["/rejected"]),
    ("/uses", &["/uses"]),
    ("/access", &["/access"]),
    ("/access/provider", &["/access/provider"]),
];

/// Routes that answer of the record and name nothing of it, or little: counts alone, or only the case that is asked for.
pub(crate) const COUNTS: [&str; 4] = [
    "/v1/figures/funnel",
    "/v1/figures.txt",
    "/v1/figures.atom",
    "/v1/cases/{id}/events.atom",
];

/// Routes that answer of other things than the record.
pub(crate) const OTHERS: [&str; 30] = [
    "/v1/events/{position}/author",
    "/v1/access",
    "/v1/hooks/{mapping}",
    "/mcp",
    "/v1/uses",
    "/v1/webhooks",
    "/v1/webhooks/dead-letters",
    "/v1/webhooks/{id}",
    "/v1/webhooks/{id}/dead-letters/{position}",
    "/v1/rejections",
    "/v1/codes",
    "/v1/codes/{list}",
    "/v1/log/checkpoint",
    "/v1/log/proof/{position}",
    "/v1/log/policy",
    "/openapi.json",
    "/api",
    "/livez",
    "/readyz",
    "/metrics",
    "/assets/{name}",
    "/enter",
    "/enter/{kind}",
    // To the desk of an organisation, which the operator is not.
    "/events/{position}/correct",
    "/events/{position}/retract",
    "/events/{position}/publish",
    "/rejected",
    "/uses",
    "/access",
    "/access/provider",
];

/// The paths in the sources of the routers.
fn routes() -> BTreeSet<String> {
    let folder = root().join("crates/server/src");
    let mut found = BTreeSet::new();
    for file in ["http/routes.rs", "page/routes.rs"] {
        let source = std::fs::read_to_string(folder.join(file)).expect("a source");
        let paths = source.split('"').skip(1).step_by(2);
        // `/{code}` is the pages' base of a language.
        let paths = paths.filter(|path| path.starts_with('/') && *path != "/{code}");
        found.extend(paths.map(String::from));
    }
    found
}

#[test]
fn every_route_is_visited() {
    let visited: BTreeSet<String> = VISITED.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(routes(), visited);
}
