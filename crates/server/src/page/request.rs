//! A request for a page: who asks for a page, in which language, at which address.
//!
//! Start at [`PageRequest`], which every page takes as its argument.
//!
//! Never here: what stands on a page, and how it is sent (see [`super::send`]).

use answers::Question;
use axum::extract::{FromRequestParts, OriginalUri, RawPathParams, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use figures::At;

use super::address::Address;
use super::text::words::Words;
use crate::access::MayRead;
use crate::http::client::FORWARDED_PROTO;
use crate::http::figures::certificate;
use crate::http::{App, Problem, Sort, gzip, host, negotiate};
use crate::query::parameters::{self, Parameters};
use crate::query::question;
use crate::query::snapshot::Snapshot;

/// The header by which a page that is open says from which position on it wants to be shown.
const MIN_POSITION: &str = "min-position";

/// The headers of a request that bear on what its page says.
const BEARING: [HeaderName; 3] = [header::HOST, header::ACCEPT_ENCODING, FORWARDED_PROTO];

/// One request for one page.
#[derive(Clone)]
pub(crate) struct PageRequest {
    pub(super) app: App,
    pub(super) may: MayRead,
    /// The address without the language, e.g. `/held`.
    pub(super) path: String,
    /// The language's part of the address: `/km`, or nothing where the browser chooses.
    pub(super) base: String,
    /// The parameters.
    pub(super) address: Address,
    /// The last part of the path, decoded, where the path has one.
    pub(super) id: String,
    /// Whether the reader's cookie holds a token that is not known any more.
    pub(super) signed_out: bool,
    /// What the page shows of the signed history, beside the record at R.
    shown: Option<String>,
    /// R of a page whose address names none; the newest position where this is none.
    pub(super) known: Option<Position>,
    pub(super) headers: HeaderMap,
    pub(super) code: String,
}

impl FromRequestParts<App> for PageRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let plain = |problem: Problem| problem.into_response();
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let RawQuery(query) = RawQuery::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let id = RawPathParams::from_request_parts(parts, app)
            .await
            .ok()
            .and_then(|params| params.iter().next().map(|(_, value)| value.to_owned()))
            .unwrap_or_default();
        let is_page = says_who_reads(uri.path());
        let (may, signed_out) = match MayRead::from_request_parts(parts, app).await {
            Ok(may) => (may, false),
            // A cookie that has run out is no reason to show nothing.
            Err(_) if is_page && !parts.headers.contains_key(header::AUTHORIZATION) => {
                (MayRead::of_nobody(), true)
            }
            Err(problem) => return Err(plain(problem)),
        };
        let (base, path, code) = language(app, uri.path(), &parts.headers);
        let mut request = Self {
            app: app.clone(),
            may,
            path,
            base,
            address: Address::default(),
            id,
            signed_out,
            known: None,
            shown: None,
            headers: parts.headers.clone(),
            code,
        };
        match address(query.as_deref().unwrap_or_default()) {
            Ok(address) => request.address = address,
            Err(problem) if request.path.starts_with("/v1/") => return Err(plain(problem)),
            Err(problem) => return Err(request.answer(Err(problem))),
        }
        Ok(request)
    }
}

/// Whether what is sent from a path says who reads: a file, a chart or a frame cannot say that it is no longer
/// what its reader had.
fn says_who_reads(path: &str) -> bool {
    !path.starts_with("/v1/") && !path.ends_with("/embed")
}

/// Reads the parameters of a page, each of which is given once.
///
/// # Errors
/// [`Problem`] of a broken escape, and of a parameter that is repeated.
fn address(query: &str) -> Result<Address, Problem> {
    let address = Address::new(parameters::decode(query)?);
    parameters::each_once(address.pairs().to_vec())?;
    Ok(address)
}

/// Takes the language out of a path, or chooses one by what the browser says.
fn language(app: &App, path: &str, headers: &HeaderMap) -> (String, String, String) {
    let words = &app.pages.words;
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

/// What a request is named by, so that the same page can be handed to whoever asks the same.
impl PageRequest {
    /// Returns the name of the page that this request is shown: all that it follows from, but R.
    pub(super) fn name(&self) -> String {
        // These pages show of the newest checkpoint, which comes without a position.
        let shows = ["/history", "/figures", "/published"].contains(&self.path.as_str());
        let signed = shows.then(|| self.checkpoint());
        let squeezed = gzip::accepted(&self.headers);
        let trouble = self.app.node.trouble();
        let model = self.app.node.model();
        let hidden = model.map(|model| model.table().hidden_through(self.may.scope()));
        // While something hides that is not folded yet, no page that was made before is shown.
        let hidden = (hidden.unwrap_or_default(), self.app.node.unfolded().last());
        format!(
            "{hidden:?} {} {} {} {} {squeezed} {} {signed:?} {trouble:?}",
            self.may.scope().name(),
            self.question(),
            self.id,
            self.origin(),
            self.signed_out,
        )
    }

    /// Returns the newest checkpoint as it is served; none before the first, and where it cannot be read.
    pub(super) fn checkpoint(&self) -> Option<String> {
        self.app.archive.published().ok().flatten()
    }

    /// Whether the newest checkpoint covers a figure as known at `at`, with all that was hidden since.
    pub(super) fn is_signed(&self, snapshot: &Snapshot, at: Position) -> bool {
        let needed = at.max(snapshot.hidden_through);
        let signed = self.app.node.signed_size();
        // What was signed before this start is in the history alone.
        let is_covered = |note: String| certificate::size(&note).is_some_and(|size| size >= needed);
        signed >= needed || self.checkpoint().is_some_and(is_covered)
    }

    /// Returns the position that the page must know, at the least: an open page has heard of it.
    pub(super) fn least_position(&self) -> Position {
        let value = self.headers.get(MIN_POSITION);
        let value = value.and_then(|value| value.to_str().ok()?.parse().ok());
        Position::new(value.unwrap_or(0))
    }

    /// Returns the same request without what it says of the reader beyond their scope.
    pub(super) fn for_later(mut self) -> Self {
        let bearing = BEARING
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.headers.get(name)?.clone())));
        self.headers = bearing.collect();
        self
    }

    /// Returns the same request for an R.
    pub(super) fn known_at(mut self, position: Position) -> Self {
        self.known = Some(position);
        self
    }

    /// Returns the same request for a page that shows `what` of the signed history, which comes without a
    /// position: its tag follows that.
    pub(super) fn showing(mut self, what: String) -> Self {
        self.shown = Some(what);
        self
    }

    /// Returns the same request in the language `code`, which `lang` names no more.
    pub(super) fn in_language(&self, code: &str) -> Self {
        Self {
            address: self.address.without("lang"),
            code: code.to_owned(),
            ..self.clone()
        }
    }

    /// Returns a request of the overview by nobody in particular.
    pub(super) fn of_nobody(app: &App) -> Option<Self> {
        let code = &app.pages.words.all().first()?.language.code;
        Some(Self {
            app: app.clone(),
            may: MayRead::of_nobody(),
            path: "/".to_owned(),
            base: String::new(),
            address: Address::default(),
            id: String::new(),
            signed_out: false,
            known: None,
            shown: None,
            headers: HeaderMap::new(),
            code: code.clone(),
        })
    }

    /// Returns the headers.
    pub(super) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl PageRequest {
    /// Returns the words of the page's language.
    pub(super) fn words(&self) -> &Words {
        let all = &self.app.pages.words;
        all.get(&self.code)
            .or_else(|| all.all().first())
            .unwrap_or(&super::text::words::NONE)
    }

    /// Returns the operator's questions for the first sentence of the overview.
    pub(super) fn headline(&self) -> &[super::HeadlineQuestion] {
        &self.app.pages.headline
    }

    /// Returns the address of `path` in the page's language and in `state`.
    pub(super) fn href(&self, path: &str, state: &Address) -> String {
        let path = match (self.base.as_str(), path) {
            ("", path) => path.to_owned(),
            (base, "/") => base.to_owned(),
            (base, path) => format!("{base}{path}"),
        };
        state.href(&path)
    }

    /// Returns the address of `path` at the R that the reader has chosen, if any.
    pub(super) fn link(&self, path: &str) -> String {
        self.href(path, &self.address.only(&["at"]))
    }

    /// Whether the page is about what is newest, so that it changes when something comes in.
    pub(super) fn is_live(&self) -> bool {
        self.address.get("at").is_none()
    }

    /// Finds the model and R. Waits until all that hides something from the reader is folded.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, no model yet, or a fold that lags.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, Problem> {
        let snapshot = self.snapshot_hiding().await?;
        snapshot.settled(&self.app.node, self.may.scope()).await
    }

    /// Finds the model and R, for a page made of what [`Snapshot::read`] gives.
    ///
    /// # Errors
    /// [`Problem`]: a wrong `at`, a position above the newest, or no model yet.
    pub(super) async fn snapshot_hiding(&self) -> Result<Snapshot, Problem> {
        let mut at = Parameters(self.address.only(&["at"]).pairs().to_vec());
        match self.known.filter(|_| at.0.is_empty()) {
            Some(known) => {
                let known = At::Position(known);
                Snapshot::at(&self.app.node, self.may.scope(), known, None).await
            }
            None => Snapshot::hiding(&self.app.node, self.may.scope(), &mut at).await,
        }
    }

    /// Parses a question, and finds its R.
    ///
    /// # Errors
    /// [`Problem`]: a wrong question, an R above the newest, a definition that is not known, no model.
    pub(super) async fn ask(
        &self,
        pairs: &[(String, String)],
    ) -> Result<(Snapshot, Question), Problem> {
        question::ask_known(&self.app.node, self.may.scope(), pairs, self.known).await
    }

    /// Whether a form was sent from a page of this site, as far as the browser says.
    pub(super) fn is_own_form(&self) -> bool {
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
    pub(super) fn is_of_another_site(&self) -> bool {
        let site = self.headers.get("sec-fetch-site");
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// Refuses parameters that the page does not have: what is unknown is never ignored.
    ///
    /// # Errors
    /// [`Problem`] naming the first.
    pub(super) fn takes(&self, known: &[&str]) -> Result<(), Problem> {
        let unknown = self
            .address
            .pairs()
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
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
    pub(super) fn origin(&self) -> String {
        host::origin(&self.headers)
    }

    /// Returns the name of an answer to this request: 304 is sent to a reader who has it.
    pub(super) fn question(&self) -> String {
        format!(
            "page {:?} {} {} {} {} {}",
            self.shown,
            self.code,
            self.path,
            self.base,
            self.address.query(),
            self.app.pages.digest
        )
    }
}
