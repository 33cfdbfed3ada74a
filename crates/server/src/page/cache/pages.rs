//! The page cache: pages by name and position, and which of them are in demand.
//!
//! Start at [`PageCache`]. It knows a page by its name alone, and how it is made again by [`Remake`].
//!
//! Never here: what a page is asked with, and what stands on it (see [`super::serve`]).

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use event::Position;
use tokio::sync::{Notify, watch};

use super::position_times::PositionTimes;
use crate::clock::Clock;
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

/// A page that is being made.
pub(super) type Making = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A page that can be made again.
pub(super) trait Remake: Send + Sync {
    /// Returns the name that its page has now.
    fn name(&self) -> String;

    /// Makes it for an R, where it is not cached for that.
    fn known_at(&self, position: Position) -> Making;
}

/// A page as it was made.
pub(super) struct CachedPage {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The newest position when it was made; of a page without an R of its own, its R.
    newest: Position,
    /// The model that it was made from.
    model: Weak<Model>,
    took_ms: u64,
}

/// A page that someone has asked for not long ago.
#[derive(Clone)]
pub(super) struct Demand {
    pub(super) page: Arc<dyn Remake>,
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

/// A page that is being made, or waited for; forgotten when the last who waits is done or has left.
pub(super) struct Flight<'c> {
    cache: &'c PageCache,
    name: &'c str,
    pub(super) flight: Arc<tokio::sync::Mutex<()>>,
}

impl<'c> Flight<'c> {
    pub(super) fn new(cache: &'c PageCache, name: &'c str) -> Self {
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
    pub(super) fn find(
        &self,
        name: &str,
        model: Option<&Arc<Model>>,
        least: Position,
        newest: Position,
    ) -> Option<Arc<CachedPage>> {
        let model = model?;
        let made = self.pages.get(name)?;
        let of_model = Weak::ptr_eq(&made.model, &Arc::downgrade(model));
        let of_position = made.newest >= newest
            || (made.newest >= least && self.may_be_stale(made.newest, made.took_ms));
        (of_model && of_position).then_some(made)
    }

    /// Whether what was made at this position, and took so long, may be served stale.
    pub(super) fn may_be_stale(&self, position: Position, took_ms: u64) -> bool {
        let (_, overview_ms) = *self.overview.borrow();
        let since_ms = self.clock.monotonic_ms().saturating_sub(BEHIND_MS);
        took_ms.max(overview_ms) > QUICK_MS && self.position_times.was_newest(position, since_ms)
    }

    /// Notes that a page was asked for.
    pub(super) fn note_demand(&self, name: &str, page: impl FnOnce() -> Arc<dyn Remake>) {
        if name.len() > NAME_BYTES_MAX {
            return;
        }
        let asked_ms = self.clock.monotonic_ms();
        let mut demand = lock(&self.demand);
        if let Some(known) = demand.get_mut(name) {
            known.asked_ms = asked_ms;
        } else {
            let page = page();
            demand.insert(name.to_owned(), Demand { page, asked_ms });
            if demand.len() > ADDRESSES_MAX {
                let oldest = demand.iter().min_by_key(|(_, page)| page.asked_ms);
                let oldest = oldest.map(|(name, _)| name.clone());
                oldest.map(|name| demand.remove(&name));
            }
        }
        drop(demand);
        self.demand_noted.notify_one();
    }

    /// Returns how many milliseconds a page took when it was made last.
    pub(super) fn took_ms(&self, name: &str) -> u64 {
        let made = self.pages.get(name);
        made.map_or(0, |made| made.took_ms)
    }

    /// Returns the pages that were asked for not long ago, the last one first.
    pub(super) fn in_demand(&self) -> Vec<Demand> {
        let since_ms = self.clock.monotonic_ms().saturating_sub(ASKED_MS);
        let mut demand = lock(&self.demand);
        demand.retain(|_, page| page.asked_ms >= since_ms);
        let mut pages: Vec<Demand> = demand.values().cloned().collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.asked_ms));
        pages
    }

    /// Caches a page, where it is one that may be cached, and returns it.
    pub(super) async fn store(
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
