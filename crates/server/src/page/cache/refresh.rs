//! The refresher: keeps the overview, and the pages asked for in the last minute, warm on a busy record.
//!
//! Start at [`run`]. Its duty cycle is at most 50 %. With no readers, it waits until no event has come for
//! a second.
//!
//! Never here: what stands on a page.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use web::PageRequest;
use web::pages::overview;

use super::pages::{BEHIND_MS, PageCache};
use super::serve::{self, Show};
use crate::http::App;

/// How many pages are made again in one round, beside the overview. Source: docs/reference/limits.md.
const PAGES_MAX: usize = 8;

/// After so many milliseconds a round ends: the overview comes first again. A round, a rest and the
/// next round are within [`BEHIND_MS`], so that a page is made again before it is too old to be shown.
const ROUND_MS: u64 = 2_000;

/// The longest rest after a round, in milliseconds.
const REST_MS: u64 = 700;

/// How long nothing must have come in, while nobody looks, before the overview is made.
const STILL: Duration = Duration::from_secs(1);

/// Follows the record until `stop`.
pub(crate) async fn run(app: App, stop: CancellationToken) {
    let noting = note_positions(app.clone());
    let making = rounds(app);
    tokio::select! {
        () = stop.cancelled() => {}
        () = noting => {}
        () = making => {}
    }
}

/// Notes when positions are reached.
async fn note_positions(app: App) {
    let cache = app.pages.cache.clone();
    let mut folded = app.node.follow();
    loop {
        let position = *folded.borrow_and_update();
        let now_ms = cache.clock.monotonic_ms();
        cache.position_times.note(position, now_ms, BEHIND_MS);
        if folded.changed().await.is_err() {
            return;
        }
    }
}

async fn rounds(app: App) {
    let cache = app.pages.cache.clone();
    let show: Show = Arc::new(|request| Box::pin(overview::show(request)));
    let mut folded = app.node.follow();
    folded.mark_changed();
    while folded.changed().await.is_ok() {
        while cache.in_demand().is_empty() {
            tokio::select! {
                moved = folded.changed() => if moved.is_err() { return },
                () = cache.demand_noted.notified() => break,
                () = tokio::time::sleep(STILL) => break,
            }
        }
        let took_ms = round(&app, &cache, &show).await;
        tokio::time::sleep(Duration::from_millis(took_ms.min(REST_MS))).await;
    }
}

/// Makes the overview and the pages in demand, all at one position; returns the milliseconds it took.
async fn round(app: &App, cache: &PageCache, show: &Show) -> u64 {
    let began_ms = cache.clock.monotonic_ms();
    let passed_ms = || cache.clock.monotonic_ms() - began_ms;
    let position = app.node.position();
    let Some(home) = PageRequest::of_nobody(Arc::new(app.clone()), app.pages.made_with.clone())
    else {
        return 0;
    };
    serve::make(app, home.known_at(position), show, position).await;
    cache.overview.send_replace((position, passed_ms()));
    let in_demand = cache.in_demand().into_iter().map(|demand| demand.page);
    // What alone takes more than a round is made for whoever asks.
    let in_demand = in_demand.filter(|page| cache.took_ms(&page.name()) < ROUND_MS);
    for page in in_demand.take(PAGES_MAX) {
        if passed_ms() > ROUND_MS {
            break;
        }
        page.known_at(position).await;
    }
    passed_ms()
}
