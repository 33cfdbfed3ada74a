//! The catalogue of answers that are shown as tables, with the fields that make their columns.
//!
//! Never here: how a table is drawn, and what an answer means.

/// One answer as a table.
pub(crate) struct AnswerTable {
    /// How the command names it, and the last part of its route.
    pub(crate) name: &'static str,
    /// Its route.
    pub(crate) route: &'static str,
    /// What it shows, in one line.
    pub(crate) about: &'static str,
    /// The list that makes the rows: member names separated by `/`.
    pub(crate) rows: &'static str,
    /// The columns: header, and the field of a row.
    pub(crate) columns: &'static [(&'static str, &'static str)],
    /// What stands below: label, and the field of the answer.
    pub(crate) stated: &'static [(&'static str, &'static str)],
}

const ASKED: [(&str, &str); 6] = [
    ("measure", "measure"),
    ("definition", "definition"),
    ("day D", "on"),
    ("position R", "position"),
    ("scope", "scope"),
    ("cite as", "query"),
];

/// What stands beside a figure.
pub(crate) const BESIDE: &[AnswerTable] = &[
    AnswerTable {
        name: "changes",
        route: "/v1/figures/changes",
        about: "what moved a figure from one R to another; from=R1 to=R2",
        rows: "changes",
        columns: &[
            ("position", "position"),
            ("recorded", "recorded"),
            ("count", "delta/count"),
            ("at_least", "delta/at_least"),
            ("at_most", "delta/at_most"),
            ("unnamed", "delta/unnamed/lower"),
            ("kind", "kind"),
            ("org", "org"),
            ("why", "words"),
            ("stated", "stated"),
        ],
        stated: &[
            ("from", "from/total/count"),
            ("at", "from/position"),
            ("to", "to/total/count"),
            ("at", "to/position"),
            ("difference", "difference/count"),
            ("of unnamed", "difference/unnamed/lower"),
            ("definition", "definition"),
            ("day D", "on"),
            ("scope", "scope"),
        ],
    },
    AnswerTable {
        name: "records",
        route: "/v1/figures/records",
        about: "the records behind a figure",
        rows: "records",
        columns: &[
            ("position", "position"),
            ("person", "person"),
            ("individual", "individual"),
            ("case", "case"),
            ("counts", "counts"),
            ("earliest", "earliest"),
            ("latest", "latest"),
            ("unnamed", "unnamed_lower"),
        ],
        stated: &ASKED,
    },
    AnswerTable {
        name: "held",
        route: "/v1/figures/held",
        about: "who is held on a day, for how long, and who passes 6, 12, 18 months",
        rows: "held",
        columns: &[
            ("person", "person"),
            ("case", "case"),
            ("counts", "counts"),
            ("since", "since_earliest"),
            ("to", "since_latest"),
            ("days", "days_at_least"),
            ("at most", "days_at_most"),
            ("passes months", "passes_months"),
            ("may pass", "may_pass_months"),
        ],
        stated: &[
            ("held", "total/count"),
            ("at least", "total/at_least"),
            ("at most", "total/at_most"),
            ("6 months", "passing/6/count"),
            ("12 months", "passing/12/count"),
            ("18 months", "passing/18/count"),
            ("median days", "median_days_at_least"),
            ("definition", "definition"),
            ("day D", "on"),
            ("position R", "position"),
            ("scope", "scope"),
            ("cite as", "query"),
        ],
    },
    AnswerTable {
        name: "funnel",
        route: "/v1/figures/funnel",
        about: "how many of the people counted were charged, convicted, sentenced, released",
        rows: "stages",
        columns: &[
            ("stage", "stage"),
            ("count", "count"),
            ("at_least", "at_least"),
            ("at_most", "at_most"),
        ],
        stated: &ASKED,
    },
    AnswerTable {
        name: "rearrests",
        route: "/v1/figures/rearrests",
        about: "who was taken again within_days of the end of an earlier custody (365)",
        rows: "rearrests",
        columns: &[
            ("individual", "individual"),
            ("counts", "counts"),
            ("earlier", "earlier"),
            ("ended", "ended_earliest"),
            ("later", "later"),
            ("began", "began_latest"),
        ],
        stated: &[
            ("count", "total/count"),
            ("at least", "total/at_least"),
            ("at most", "total/at_most"),
            ("within days", "within_days"),
            ("definition", "definition"),
            ("position R", "position"),
            ("scope", "scope"),
            ("cite as", "query"),
        ],
    },
    AnswerTable {
        name: "overlap",
        route: "/v1/figures/overlap",
        about: "whom two organisations both know; org=A,B",
        rows: "individuals",
        columns: &[("individual on both lists", "")],
        stated: &[
            ("organisations", "orgs"),
            ("both", "both/count"),
            ("only first", "only_first/count"),
            ("only second", "only_second/count"),
            ("definition", "definition"),
            ("position R", "position"),
            ("scope", "scope"),
            ("cite as", "query"),
        ],
    },
    AnswerTable {
        name: "published",
        route: "/v1/figures/published",
        about: "figures that were published, and what the record gives for each now",
        rows: "figures",
        columns: &[
            ("id", "id"),
            ("org", "org"),
            ("printed", "data/value"),
            ("then", "then/total/count"),
            ("follows", "follows"),
            ("now", "now/total/count"),
            ("where", "data/where"),
            ("text", "data/text"),
        ],
        stated: &RECORD,
    },
];

const RECORD: [(&str, &str); 2] = [("position R", "position"), ("scope", "scope")];

/// Small tables of the record.
pub(crate) const TABLES: &[AnswerTable] = &[
    AnswerTable {
        name: "statements",
        route: "/v1/statements",
        about: "statements and interventions, with the official responses to them",
        rows: "statements",
        columns: &[
            ("position", "position"),
            ("occurred", "occurred/latest"),
            ("org", "org"),
            ("title", "data/title"),
            ("issuers", "issuers"),
            ("demands", "data/demands"),
            ("responses", "responses/*/data/position"),
        ],
        stated: &RECORD,
    },
    AnswerTable {
        name: "claims",
        route: "/v1/claims",
        about: "each aggregate claim beside the documented figure for its population on its day",
        rows: "claims",
        columns: &[
            ("position", "position"),
            ("claimant", "data/claimant"),
            ("verbatim", "data/verbatim"),
            ("lower", "lower"),
            ("upper", "upper"),
            ("count", "documented/total/count"),
            ("at_least", "documented/total/at_least"),
            ("at_most", "documented/total/at_most"),
            ("unnamed", "documented/total/unnamed/lower"),
            ("reached", "reached"),
        ],
        stated: &RECORD,
    },
    AnswerTable {
        name: "hearings",
        route: "/v1/hearings",
        about: "hearings set for the next days; from=DAY days=14",
        rows: "hearings",
        columns: &[
            ("scheduled", "data/scheduled"),
            ("adjourned to", "data/adjourned_to"),
            ("case", "case"),
            ("persons", "persons"),
            ("kind", "data/hearing_kind"),
            ("org", "org"),
            ("position", "position"),
        ],
        stated: &[
            ("from", "from"),
            ("to", "to"),
            ("position R", "position"),
            ("scope", "scope"),
        ],
    },
    AnswerTable {
        name: "definitions",
        route: "/v1/definitions",
        about: "definitions of organisations (the built-in ones stand in docs/reference/figures.md)",
        rows: "definitions",
        columns: &[
            ("definition", "definition"),
            ("usable", "usable"),
            ("why not", "why_not"),
            ("position", "position"),
        ],
        stated: &[
            ("built in", "built_in"),
            ("position R", "position"),
            ("scope", "scope"),
        ],
    },
    AnswerTable {
        name: "contradictions",
        route: "/v1/contradictions",
        about: "people of whom two organisations say different things",
        rows: "contradictions",
        columns: &[
            ("case", "case"),
            ("person", "person"),
            ("kind", "kind"),
            ("shown", "shown"),
            ("others", "others"),
        ],
        stated: &[
            ("persons", "persons"),
            ("position R", "position"),
            ("scope", "scope"),
        ],
    },
    AnswerTable {
        name: "inconsistencies",
        route: "/v1/inconsistencies",
        about: "what does not fit together: kept and shown, never repaired",
        rows: "inconsistencies",
        columns: &[
            ("case", "case"),
            ("person", "person"),
            ("inconsistency", "inconsistency"),
            ("position", "position"),
        ],
        stated: &[
            ("persons", "persons"),
            ("position R", "position"),
            ("scope", "scope"),
        ],
    },
];
