//! The page cache: pages by address, reader and position, with single flight; a slow page is served stale
//! while it is made again.
//!
//! Start at [`serve`]. A page that is quick to make is made again as soon as the record has grown. One that
//! is not may be up to [`BEHIND_MS`] stale, and says so by its position; the [refresher] makes it again
//! meanwhile, and a reader who knows of a newer position gets that.
//!
//! [refresher]: super::refresh
//!
//! Never here: what stands on a page.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use event::Position;
use tokio::sync::{Notify, watch};

use super::position_times::PositionTimes;
use crate::clock::Clock;
use crate::http::{App, response};
use crate::page::request::PageRequest;
use crate::query::cache::Cache;
use crate::query::model::Model;

/// How many bytes of pages are cached. Source: docs/reference/limits.md.
const BYTES_MAX: usize = 32 << 20;

/// The most bytes of a page that is cached: a greater one is rare, and would evict many.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// How far a page that is slow to make may be behind the record, in milliseconds.
/// Source: docs/reference/limits.md.
pub(crate) const BEHIND_MS: u64 = 5_000;

/// What takes longer to make than so many milliseconds is slow: a quarter of what a view may take, since
/// it takes several times as long while other pages are made.
const QUICK_MS: u64 = 8;

/// For how long a page that was asked for is made anew by itself, in milliseconds.
const ASKED_MS: u64 = 60_000;

/// The most bytes of an address that is remembered as asked for.
const NAME_BYTES_MAX: usize = 2 << 10;

/// The most addresses that are remembered as asked for.
const ADDRESSES_MAX: usize = 256;

/// What makes a page.
pub(crate) type Show =
    Arc<dyn Fn(PageRequest) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// A page as it was made.
struct CachedPage {
    headers: HeaderMap,
    body: Bytes,
    /// The newest position when it was made; of a page without an R of its own, its R.
    newest: Position,
    /// The model that it was made from.
    model: Weak<Model>,
    took_ms: u64,
}

/// A page that someone has asked for not long ago.
#[derive(Clone)]
pub(crate) struct Demand {
    pub(crate) request: PageRequest,
    pub(crate) show: Show,
    asked_ms: u64,
}

/// The cached pages, which of them are in demand, and how fresh they must be.
pub(crate) struct PageCache {
    pages: Cache<CachedPage>,
    demand: Mutex<BTreeMap<String, Demand>>,
    /// The pages that are being made.
    in_flight: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
    pub(crate) position_times: PositionTimes,
    /// The position at which the overview is cached, and how long it took to make.
    pub(crate) overview: watch::Sender<(Position, u64)>,
    pub(crate) demand_noted: Notify,
    pub(crate) clock: Arc<dyn Clock>,
}

impl fmt::Debug for PageCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageCache").finish_non_exhaustive()
    }
}

/// Serves a page through the cache.
pub(crate) fn cached<F, CachedPage>(show: F) -> MethodRouter<App>
where
    F: Fn(PageRequest) -> CachedPage + Send + Sync + 'static,
    CachedPage: Future<Output = Response> + Send + 'static,
{
    let show: Show = Arc::new(move |request| Box::pin(show(request)));
    get(move |request: PageRequest| serve(request, show.clone()))
}

/// Returns the page of a request: cached, else made now.
async fn serve(mut request: PageRequest, show: Show) -> Response {
    let cache = &request.app.pages.cache.clone();
    // It was waited for before there was a slot; above what came in time, the page is shown as far as the
    // record is known.
    let least = request.least_position();
    let newest = request.app.node.position();
    let name = request.name();
    cache.note_demand(&name, &request, &show);
    if let Some(made) = cache.find(&name, &request, least, newest) {
        return respond(&request, &made);
    }
    let (overview, took_ms) = *cache.overview.borrow();
    request.known = Some(newest);
    if (least..newest).contains(&overview) && cache.may_be_stale(overview, took_ms) {
        request.known = Some(overview);
    }
    make(request, &show, least).await
}

/// Makes the page of a request, at the R that the request is given; of several who ask at once, one
/// makes it, and it is handed to those for whom its position is not below their `least`.
pub(crate) async fn make(request: PageRequest, show: &Show, least: Position) -> Response {
    let cache = request.app.pages.cache.clone();
    let name = request.name();
    let flight = Flight::new(&cache, &name);
    {
        let _making = flight.flight.lock().await;
        let newest = request.known.unwrap_or(Position::ZERO);
        match cache.find(&name, &request, least, newest) {
            Some(made) => respond(&request, &made),
            None => {
                let began_ms = cache.clock.monotonic_ms();
                let model = request.app.node.model();
                let response = show(request.clone()).await;
                let took_ms = cache.clock.monotonic_ms() - began_ms;
                let model = model
                    .map(|model| Arc::downgrade(&model))
                    .unwrap_or_default();
                cache.store(&name, response, newest, model, took_ms).await
            }
        }
    }
}

/// A page that is being made, or waited for; forgotten when the last who waits is done or has left.
struct Flight<'c> {
    cache: &'c PageCache,
    name: &'c str,
    flight: Arc<tokio::sync::Mutex<()>>,
}

impl<'c> Flight<'c> {
    fn new(cache: &'c PageCache, name: &'c str) -> Self {
        let mut flights = lock(&cache.in_flight);
        let flight = flights.entry(name.to_owned()).or_default().clone();
        Self {
            cache,
            name,
            flight,
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut flights = lock(&self.cache.in_flight);
        // This one and the map's own.
        let is_last = |flight: &Arc<_>| Arc::strong_count(flight) <= 2;
        if flights.get(self.name).is_some_and(is_last) {
            flights.remove(self.name);
        }
    }
}

impl PageCache {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            pages: Cache::new(BYTES_MAX),
            demand: Mutex::default(),
            in_flight: Mutex::default(),
            position_times: PositionTimes::default(),
            overview: watch::Sender::new((Position::ZERO, 0)),
            demand_noted: Notify::new(),
            clock,
        }
    }

    /// Returns a cached page, made from the model of now: for `newest`, or not below
    /// `least` where it may be behind.
    fn find(
        &self,
        name: &str,
        request: &PageRequest,
        least: Position,
        newest: Position,
    ) -> Option<Arc<CachedPage>> {
        let model = request.app.node.model()?;
        let made = self.pages.get(name)?;
        let of_model = Weak::ptr_eq(&made.model, &Arc::downgrade(&model));
        let of_position = made.newest >= newest
            || (made.newest >= least && self.may_be_stale(made.newest, made.took_ms));
        (of_model && of_position).then_some(made)
    }

    /// Whether what was made at this position, and took so long, may be served stale.
    fn may_be_stale(&self, position: Position, took_ms: u64) -> bool {
        let (_, overview_ms) = *self.overview.borrow();
        let since_ms = self.clock.monotonic_ms().saturating_sub(BEHIND_MS);
        took_ms.max(overview_ms) > QUICK_MS && self.position_times.was_newest(position, since_ms)
    }

    /// Notes that a page was asked for.
    fn note_demand(&self, name: &str, request: &PageRequest, show: &Show) {
        if !request.is_live() || name.len() > NAME_BYTES_MAX {
            return;
        }
        let asked_ms = self.clock.monotonic_ms();
        let mut demand = lock(&self.demand);
        if let Some(known) = demand.get_mut(name) {
            known.asked_ms = asked_ms;
        } else {
            let page = Demand {
                request: request.clone().for_later(),
                show: show.clone(),
                asked_ms,
            };
            demand.insert(name.to_owned(), page);
            if demand.len() > ADDRESSES_MAX {
                let oldest = demand.iter().min_by_key(|(_, page)| page.asked_ms);
                let oldest = oldest.map(|(name, _)| name.clone());
                oldest.map(|name| demand.remove(&name));
            }
        }
        drop(demand);
        self.demand_noted.notify_one();
    }

    /// Returns how many milliseconds the page of a request took when it was made last.
    pub(crate) fn took_ms(&self, request: &PageRequest) -> u64 {
        let made = self.pages.get(&request.name());
        made.map_or(0, |made| made.took_ms)
    }

    /// Returns the pages that were asked for not long ago, the last one first.
    pub(crate) fn in_demand(&self) -> Vec<Demand> {
        let since_ms = self.clock.monotonic_ms().saturating_sub(ASKED_MS);
        let mut demand = lock(&self.demand);
        demand.retain(|_, page| page.asked_ms >= since_ms);
        let mut pages: Vec<Demand> = demand.values().cloned().collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.asked_ms));
        pages
    }

    /// Caches a page, where it is one that may be cached, and returns it.
    async fn store(
        &self,
        name: &str,
        response: Response,
        newest: Position,
        model: Weak<Model>,
        took_ms: u64,
    ) -> Response {
        let headers = response.headers();
        let may_be_cached = response.status() == StatusCode::OK
            && headers.contains_key(header::ETAG)
            && !headers.contains_key(header::SET_COOKIE);
        if !may_be_cached {
            return response;
        }
        let (parts, body) = response.into_parts();
        // The body of a page is in memory already, whole: this only takes it out.
        let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        if body.len() <= PAGE_BYTES_MAX {
            let made = CachedPage {
                headers: parts.headers.clone(),
                body: body.clone(),
                newest,
                model,
                took_ms,
            };
            self.pages.insert(name, Arc::new(made), body.len());
        }
        Response::from_parts(parts, body.into())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a cached page; 304 to a reader who has it.
fn respond(request: &PageRequest, made: &CachedPage) -> Response {
    let tag = made.headers.get(header::ETAG).map(HeaderValue::to_str);
    let has = tag.is_some_and(|tag| tag.is_ok_and(|tag| response::has(request.headers(), tag)));
    let mut response = if has {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        made.body.clone().into_response()
    };
    *response.headers_mut() = made.headers.clone();
    if has {
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    response
}
