//! Makes pages anew as the record moves: the overview, and what was asked for in the last minute.
//!
//! Start at [`run`]. So a view of a great record, growing without pause, finds its page ready. It
//! rests as long as it works, so that it takes half a turn at most; while nobody looks, it waits until
//! the record stands still.
//!
//! Never here: what stands on a page.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::pages::{self, BEHIND_MS, PageCache, Show};
use crate::http::App;
use crate::page::pages::overview;
use crate::page::request::PageRequest;

/// How many pages are made anew in one round, beside the overview. Source: docs/reference/limits.md.
const PAGES_MAX: usize = 8;

/// After so many milliseconds a round ends: the overview comes first again. A round, a rest and the
/// next round are within [`BEHIND_MS`], so that a page is made anew before it is too old to be shown.
const ROUND_MS: u64 = 2_000;

/// The longest rest after a round, in milliseconds.
const REST_MS: u64 = 700;

/// How long nothing must have come in, while nobody looks, before the overview is made ready.
const STILL: Duration = Duration::from_secs(1);

/// Follows the record until `stop`.
pub(crate) async fn run(app: App, stop: CancellationToken) {
    let noting = note(app.clone());
    let making = rounds(app);
    tokio::select! {
        () = stop.cancelled() => {}
        () = noting => {}
        () = making => {}
    }
}

/// Notes when positions are reached.
async fn note(app: App) {
    let ready = app.pages.ready.clone();
    let mut folded = app.node.follow();
    loop {
        let position = *folded.borrow_and_update();
        let now_ms = ready.clock.monotonic_ms();
        ready.moves.note(position, now_ms, BEHIND_MS);
        if folded.changed().await.is_err() {
            return;
        }
    }
}

async fn rounds(app: App) {
    let ready = app.pages.ready.clone();
    let show: Show = Arc::new(|request| Box::pin(overview::show(request)));
    let mut folded = app.node.follow();
    folded.mark_changed();
    while folded.changed().await.is_ok() {
        while ready.wanted().is_empty() {
            tokio::select! {
                moved = folded.changed() => if moved.is_err() { return },
                () = ready.asked.notified() => break,
                () = tokio::time::sleep(STILL) => break,
            }
        }
        let took_ms = round(&app, &ready, &show).await;
        tokio::time::sleep(Duration::from_millis(took_ms.min(REST_MS))).await;
    }
}

/// Makes the overview and what is wanted, all at one position; returns the milliseconds it took.
async fn round(app: &App, ready: &PageCache, show: &Show) -> u64 {
    let began_ms = ready.clock.monotonic_ms();
    let passed_ms = || ready.clock.monotonic_ms() - began_ms;
    let position = app.node.position();
    let Some(home) = PageRequest::of_nobody(app) else {
        return 0;
    };
    pages::make(home.known_at(position), show, position).await;
    ready.settled.send_replace((position, passed_ms()));
    let wanted = ready.wanted().into_iter();
    // What alone takes more than a round is made for whoever asks.
    let wanted = wanted.filter(|page| ready.took_ms(&page.request) < ROUND_MS);
    for page in wanted.take(PAGES_MAX) {
        if passed_ms() > ROUND_MS {
            break;
        }
        pages::make(page.request.known_at(position), &page.show, position).await;
    }
    passed_ms()
}
