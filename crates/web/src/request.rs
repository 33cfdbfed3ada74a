//! A request for a page: who asks for a page, in which language, at which address.
//!
//! Start at [`PageRequest`], which every page takes as its argument.
//!
//! Never here: what stands on a page, and how it is sent (see `send`).

use std::collections::BTreeSet;
use std::sync::Arc;

use answers::Question;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use event::{PersonId, Position};
use figures::{At, Query};
use fold::Scope;
use search::NameQuery;

use crate::address::Address;
use crate::http::origin::{FORWARDED_PROTO, origin};
use crate::http::{Problem, Sort, negotiate, parameters};
use crate::record::{Found, Snapshot};
use crate::site::{MadeOf, Pages, Site};
use crate::text::words::Words;

/// The header by which a page that is open says from which position on it wants to be shown.
const MIN_POSITION: &str = "min-position";

/// The headers of a request that bear on what its page says.
const BEARING: [HeaderName; 3] = [header::HOST, header::ACCEPT_ENCODING, FORWARDED_PROTO];

/// What a reader may do on a page beside reading, which its ways and buttons follow: one scope has several roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rights {
    /// Nothing.
    #[default]
    Reads,
    /// Enter events.
    Enters,
    /// Enter events, and correct and take back those of their organisation.
    Corrects,
}

impl Rights {
    /// Whether events may be entered.
    pub(crate) fn enters(self) -> bool {
        self != Self::Reads
    }

    /// Whether events may be corrected.
    pub(crate) fn corrects(self) -> bool {
        self == Self::Corrects
    }
}

/// One request for one page.
#[derive(Clone)]
pub struct PageRequest {
    pub(crate) site: Arc<dyn Site>,
    pub(crate) pages: Arc<Pages>,
    scope: Scope,
    /// The address without the language, e.g. `/held`.
    pub path: String,
    /// The language's part of the address: `/km`, or nothing where the browser chooses.
    pub(crate) base: String,
    /// The parameters.
    pub address: Address,
    /// The last part of the path, decoded, where the path has one.
    pub id: String,
    /// What the reader may do beside reading.
    pub rights: Rights,
    /// The header that takes a cookie away whose token is not known any more; none of a right one.
    pub signed_out: Option<HeaderValue>,
    /// What the page shows of the signed history, beside the record at R.
    shown: Option<String>,
    /// R of a page whose address names none; the newest position where this is none.
    pub known: Option<Position>,
    pub(crate) headers: HeaderMap,
    pub(crate) code: String,
}

impl PageRequest {
    /// Makes a request for the page at a path by a reader of a scope. A language is taken out of the path, or
    /// chosen by what the browser says.
    #[must_use]
    pub fn new(
        site: Arc<dyn Site>,
        pages: Arc<Pages>,
        scope: Scope,
        path: &str,
        headers: HeaderMap,
    ) -> Self {
        let (base, path, code) = language(&pages, path, &headers);
        Self {
            site,
            pages,
            scope,
            path,
            base,
            address: Address::default(),
            id: String::new(),
            rights: Rights::default(),
            signed_out: None,
            known: None,
            shown: None,
            headers,
            code,
        }
    }

    /// Reads the parameters of the page, each of which is given once.
    ///
    /// # Errors
    /// [`Problem`] of a broken escape, and of a parameter that is repeated.
    pub fn read_address(&mut self, query: &str) -> Result<(), Problem> {
        let address = Address::new(parameters::decode(query)?);
        parameters::each_once(address.pairs().to_vec())?;
        self.address = address;
        Ok(())
    }
}

/// Takes the language out of a path, or chooses one by what the browser says.
fn language(pages: &Pages, path: &str, headers: &HeaderMap) -> (String, String, String) {
    let words = &pages.words;
    let rest = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if let Some(words) = words.get(first) {
        let code = words.language.code.clone();
        return (format!("/{code}"), format!("/{rest}"), code);
    }
    let chosen = words.negotiate(&negotiate::weighted(headers, &header::ACCEPT_LANGUAGE));
    let code = chosen.map(|words| words.language.code.clone());
    (String::new(), path.to_owned(), code.unwrap_or_default())
}

impl PageRequest {
    /// Whether the newest checkpoint covers a figure as known at `at`, with all that was hidden since.
    pub(crate) fn is_signed(&self, snapshot: &Snapshot, at: Position) -> bool {
        self.site.is_signed(at.max(snapshot.hidden_through))
    }

    /// Returns the position that the page must know, at the least: an open page has heard of it, and the page of an
    /// event, to which who entered it is led, is of no use without.
    pub fn least_position(&self) -> Position {
        let value = self.headers.get(MIN_POSITION);
        let heard = value.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let own = self.path.strip_prefix("/events/");
        let own = own.and_then(|position| position.parse::<u64>().ok());
        Position::new(heard.unwrap_or(0).max(own.unwrap_or(0)))
    }

    /// Returns the same request without what it says of the reader beyond their scope.
    pub fn for_later(mut self) -> Self {
        let bearing = BEARING
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.headers.get(name)?.clone())));
        self.headers = bearing.collect();
        self
    }

    /// Returns the same request for an R.
    pub fn known_at(mut self, position: Position) -> Self {
        self.known = Some(position);
        self
    }

    /// Returns the same request for a page that shows `what` of the signed history, which comes without a
    /// position: its tag follows that.
    pub fn showing(mut self, what: String) -> Self {
        self.shown = Some(what);
        self
    }

    /// Returns the same request in the language `code`, which `lang` names no more.
    pub fn in_language(&self, code: &str) -> Self {
        Self {
            address: self.address.without("lang"),
            code: code.to_owned(),
            ..self.clone()
        }
    }

    /// Returns a request of the overview by nobody in particular.
    #[must_use]
    pub fn of_nobody(site: Arc<dyn Site>, pages: Arc<Pages>) -> Option<Self> {
        let code = pages.words.all().first()?.language.code.clone();
        let request = Self::new(site, pages, Scope::Public, "/", HeaderMap::new());
        Some(Self { code, ..request })
    }

    /// Returns the scope of the reader.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether the page is of what everyone sees.
    pub(crate) fn is_public(&self) -> bool {
        self.scope == Scope::Public
    }

    /// Returns the headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl PageRequest {
    /// Returns the words of the page's language.
    pub fn words(&self) -> &Words {
        let all = &self.pages.words;
        all.get(&self.code)
            .or_else(|| all.all().first())
            .unwrap_or(&crate::text::words::NONE)
    }

    /// Returns the operator's questions for the first sentence of the overview.
    pub fn headline(&self) -> &[crate::HeadlineQuestion] {
        &self.pages.headline
    }

    /// Returns the address of `path` in the page's language and in `state`.
    pub fn href(&self, path: &str, state: &Address) -> String {
        let path = match (self.base.as_str(), path) {
            ("", path) => path.to_owned(),
            (base, "/") => base.to_owned(),
            (base, path) => format!("{base}{path}"),
        };
        state.href(&path)
    }

    /// Returns the address of `path` at the R that the reader has chosen, if any.
    pub fn link(&self, path: &str) -> String {
        self.href(path, &self.address.only(&["at"]))
    }

    /// Whether the page is about what is newest, so that it changes when something comes in.
    pub fn is_live(&self) -> bool {
        self.address.get("at").is_none()
    }

    /// Finds the record and R. Waits until all that hides something from the reader is folded.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, no model yet, or a fold that lags.
    pub async fn snapshot(&self) -> Result<Snapshot, Problem> {
        self.find(MadeOf::Columns).await
    }

    /// Finds the record and R, for a page made of what [`Record::read`](crate::record::Record::read) gives.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, or no model yet.
    pub async fn snapshot_hiding(&self) -> Result<Snapshot, Problem> {
        self.find(MadeOf::Rows).await
    }

    async fn find(&self, made_of: MadeOf) -> Result<Snapshot, Problem> {
        self.site.snapshot(&self.scope, self.at()?, made_of).await
    }

    /// Finds at most `limit` people and events by what `text` says.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, no model yet, or the store fails.
    pub(crate) async fn search(
        &self,
        text: &str,
        limit: usize,
    ) -> Result<(Snapshot, Found), Problem> {
        let at = self.at()?;
        self.site.search(&self.scope, at, (text, limit)).await
    }

    /// Finds everybody who has a name.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, no model yet, too many people, or the store fails.
    pub(crate) async fn people_of_name(
        &self,
        name: &NameQuery,
    ) -> Result<(Snapshot, BTreeSet<PersonId>), Problem> {
        let at = self.at()?;
        self.site.people_of_name(&self.scope, at, name).await
    }

    /// Returns the R that is asked for.
    fn at(&self) -> Result<At, Problem> {
        Ok(match (self.address.get("at"), self.known) {
            (Some(at), _) => parameters::parse_at(at)?,
            (None, Some(known)) => At::Position(known),
            (None, None) => At::Newest,
        })
    }

    /// Parses a question, and finds its R.
    ///
    /// # Errors
    /// [`Problem`]: a wrong question, an R above the newest, a definition that is not known, no model.
    pub(crate) async fn ask(
        &self,
        pairs: &[(String, String)],
    ) -> Result<(Snapshot, Question), Problem> {
        let query = Query::parse(pairs)?;
        let at = match (query.at, self.known) {
            (At::Newest, Some(known)) => At::Position(known),
            (at, _) => at,
        };
        // Counted over the columns, which follow with the fold.
        let snapshot = self.site.snapshot(&self.scope, at, MadeOf::Columns).await?;
        let question = snapshot.question(query, &self.scope)?;
        Ok((snapshot, question))
    }

    /// Whether a form was sent from a page of this site, as far as the browser says.
    pub fn is_own_form(&self) -> bool {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        match (header("sec-fetch-site"), header("origin")) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => {
                let host = header("host").unwrap_or_default();
                origin
                    .split_once("://")
                    .is_some_and(|(_, from)| from == host)
            }
            (None, None) => true,
        }
    }

    /// Whether a page of another site leads here, as far as the browser says.
    pub fn is_of_another_site(&self) -> bool {
        let site = self.headers.get("sec-fetch-site");
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// Refuses parameters that the page does not have: what is unknown is never ignored.
    ///
    /// # Errors
    /// [`Problem`] naming the first.
    pub fn takes(&self, known: &[&str]) -> Result<(), Problem> {
        let unknown = self
            .address
            .pairs()
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => Err(Problem::new(
                Sort::Parameter,
                format!("unknown parameter {name}: this page takes none"),
            )),
            Some((name, _)) => Err(Problem::new(
                Sort::Parameter,
                format!(
                    "unknown parameter {name}, but known are: {}",
                    known.join(", ")
                ),
            )),
        }
    }

    /// Returns where this node is reached, for addresses that are cited elsewhere.
    pub fn origin(&self) -> String {
        origin(&self.headers)
    }

    /// Returns the name of an answer to this request: 304 is sent to a reader who has it.
    pub fn question(&self) -> String {
        format!(
            "page {:?} {:?} {} {} {} {} {}",
            self.rights,
            self.shown,
            self.code,
            self.path,
            self.base,
            self.address.query(),
            self.pages.digest
        )
    }
}
