//! The layout of every page: masthead, navigation, languages, and the R that it is true for.
//!
//! Never here: what stands in the middle.

use answers::package::Licence;
use event::Position;

use super::address::Address;
use super::formats::assets::{self, Addresses};
use super::request::PageRequest;
use super::text::format;
use super::text::words::Words;
use crate::calendar;
use crate::record::Snapshot;

/// A way to another page.
pub struct Way {
    /// What it is called.
    pub name: String,
    /// Its address.
    pub href: String,
    /// Whether it is this page.
    pub here: bool,
}

/// Another language.
pub struct Tongue {
    /// Its tag.
    pub code: String,
    /// Its own name for itself.
    pub name: String,
    /// The address of this page in it.
    pub href: String,
    /// Whether it is that of this page.
    pub here: bool,
}

/// What an answer is true for.
pub struct AsOf {
    /// R, as a number.
    pub position: Position,
    /// R and when it was received, in words.
    pub text: String,
    /// The root of the history at R, base64; none where the history cannot tell.
    pub root: Option<String>,
    /// The address that gives the same for ever.
    pub permanent: String,
    /// The address of what is newest, where R is fixed.
    pub newest: Option<String>,
    /// For R given as an instant: what it leaves out, in words.
    pub left_out: Option<String>,
}

/// Where what the page shows is had as a file.
pub struct Files {
    /// As CSV.
    pub csv: String,
    /// As CSV with a mark by which Excel reads it right.
    pub for_excel: String,
    /// As a workbook.
    pub xlsx: String,
    /// As JSON lines.
    pub jsonl: String,
    /// As a calendar, where it holds days.
    pub ics: Option<String>,
}

impl Files {
    /// Returns the files of the list at `list` that `question` asks for.
    #[must_use]
    pub fn new(list: &str, question: &Address) -> Self {
        let file = |ending: &str| question.href(&format!("{list}.{ending}"));
        Self {
            csv: file("csv"),
            for_excel: question.with("bom", "1").href(&format!("{list}.csv")),
            xlsx: file("xlsx"),
            jsonl: file("jsonl"),
            ics: None,
        }
    }
}

/// What every template is given.
pub struct Layout<'v> {
    /// The words of its language.
    pub w: &'v Words,
    /// The addresses of style and script.
    pub assets: &'static Addresses,
    /// The title.
    pub title: String,
    /// The address of the overview.
    pub home: String,
    /// Where names and words are looked for.
    pub search: String,
    /// What was looked for last.
    pub sought: String,
    /// The R that the reader has chosen, if any.
    pub chosen_at: Option<String>,
    /// The address of signing in.
    pub access: String,
    /// The ways of the masthead.
    pub nav: Vec<Way>,
    /// The pages beside this one.
    pub beside: Vec<Way>,
    /// The languages.
    pub tongues: Vec<Tongue>,
    /// Over what may be seen, in words.
    pub scope: String,
    /// Whether that is what everyone sees.
    pub is_public: bool,
    /// Whether the reader was signed out since the last page.
    pub signed_out: bool,
    /// What it is true for; none of a page that is of no position.
    pub as_of: Option<AsOf>,
    /// Whether it follows what comes in.
    pub live: bool,
    /// The address of its feed.
    pub feed: Option<String>,
    /// The address of the whole as a data package.
    pub package: String,
    /// The files of what it lists.
    pub files: Option<Files>,
    /// The licence of the data.
    pub licence: Option<&'v Licence>,
    /// The trouble of the node, as it is told.
    pub trouble: Option<String>,
}

impl<'v> Layout<'v> {
    /// Makes the layout of a page that is true for no position.
    #[must_use]
    pub fn new(request: &'v PageRequest, title: String) -> Self {
        let w = request.words();
        let (nav, beside) = nav(request);
        Self {
            w,
            assets: assets::addresses(),
            title,
            home: request.link("/"),
            search: request.href("/search", &Address::default()),
            sought: request.address.get("q").unwrap_or_default().to_owned(),
            chosen_at: request.address.get("at").map(str::to_owned),
            access: request.link("/access"),
            nav,
            beside,
            tongues: tongues(request),
            scope: format::scope(w, &request.scope().name()),
            is_public: request.is_public(),
            signed_out: request.signed_out.is_some(),
            as_of: None,
            live: false,
            feed: None,
            package: request.address.only(&["at"]).href("/v1/package.zip"),
            files: None,
            licence: request.site.licence(),
            trouble: request.site.trouble(),
        }
    }

    /// Makes the layout of a page that is true for `asked`.
    #[must_use]
    pub fn at(request: &'v PageRequest, title: String, snapshot: &Snapshot) -> Self {
        let mut layout = Self::new(request, title);
        let newest = &request.address.without("at");
        layout.as_of = Some(AsOf {
            position: snapshot.position,
            text: format::as_known(layout.w, snapshot),
            root: tokio::task::block_in_place(|| request.site.root(snapshot.position)),
            permanent: request.href(
                &request.path,
                &request.address.with("at", &snapshot.position.to_string()),
            ),
            newest: (!request.is_live()).then(|| request.href(&request.path, newest)),
            left_out: snapshot
                .left_out
                .filter(|n| *n > 0)
                .map(|n| layout.w.count("as_of.left_out", n, &[])),
        });
        layout.live = request.is_live();
        layout
    }

    /// Returns R, for the script that follows what comes in.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.as_of.as_ref().map_or(0, |as_of| as_of.position.get())
    }

    /// Offers the list at `list` that `question` asks for as files.
    #[must_use]
    pub fn with_files(mut self, list: &str, question: &Address) -> Self {
        self.files = Some(Files::new(list, question));
        self
    }

    /// Offers it as a calendar too: the list at `list` that `question` asks for.
    #[must_use]
    pub fn with_calendar(mut self, list: &str, question: &Address) -> Self {
        if let Some(files) = &mut self.files {
            let question = question.with("lang", &self.w.language.code);
            files.ics = Some(question.href(&format!("{list}.{}", calendar::ENDING)));
        }
        self
    }

    /// Names the feed of a page.
    #[must_use]
    pub fn with_feed(mut self, href: String) -> Self {
        self.feed = Some(href);
        self
    }
}

/// The pages by the way that leads to them in the masthead: where several stand behind one, they are
/// offered side by side once the reader is at one of them.
const NAV: &[(&str, &[(&str, &str)])] = &[
    ("nav.overview", &[("/", "nav.overview")]),
    (
        "nav.held",
        &[("/held", "nav.held"), ("/rearrests", "nav.rearrests")],
    ),
    (
        "nav.figures",
        &[("/figures", "nav.ask"), ("/definitions", "nav.definitions")],
    ),
    ("nav.cases", &[("/cases", "nav.cases")]),
    ("nav.statements", &[("/statements", "nav.statements")]),
    ("nav.hearings", &[("/hearings", "nav.hearings")]),
    ("nav.published", &[("/published", "nav.published")]),
    (
        "nav.checks",
        &[
            ("/contradictions", "nav.contradictions"),
            ("/inconsistencies", "nav.inconsistencies"),
            ("/duplicates", "nav.duplicates"),
            ("/overlap", "nav.overlap"),
        ],
    ),
    ("nav.history", &[("/history", "nav.history")]),
];

/// Returns the ways of the masthead, and those beside the page where there are several.
fn nav(request: &PageRequest) -> (Vec<Way>, Vec<Way>) {
    let w = request.words();
    let is_here =
        |path: &str| request.path == path || (path != "/" && request.path.starts_with(path));
    let way = |path: &str, name: &str, here: bool| Way {
        name: w.t(name).to_owned(),
        href: request.link(path),
        here,
    };
    let mut beside = Vec::new();
    let mut ways = Vec::new();
    for (name, pages) in NAV {
        let here = pages.iter().any(|(path, _)| is_here(path));
        if here && pages.len() > 1 {
            let pages = pages.iter();
            beside.extend(pages.map(|(path, name)| way(path, name, is_here(path))));
        }
        if let Some((path, _)) = pages.first() {
            ways.push(way(path, name, here));
        }
    }
    if request.rights.enters() {
        ways.push(way("/decide", "nav.decide", is_here("/decide")));
        let here = is_here("/enter");
        ways.push(Way {
            href: request.href("/enter", &Address::default()),
            ..way("/enter", "nav.enter", here)
        });
    }
    (ways, beside)
}

fn tongues(request: &PageRequest) -> Vec<Tongue> {
    let here = &request.words().language.code;
    let all = request.pages.words.all().iter();
    all.map(|words| {
        let code = &words.language.code;
        let path = if request.path == "/" {
            ""
        } else {
            &request.path
        };
        Tongue {
            code: code.clone(),
            name: words.language.name.clone(),
            // Who wrote a token into an address by mistake is led on without it.
            href: request
                .address
                .without("token")
                .href(&format!("/{code}{path}")),
            here: code == here,
        }
    })
    .collect()
}
