//! Metrics, in base units, without anything personal in a label.

use std::sync::atomic::{AtomicI64, AtomicU64};

use ::archive::Archive;
use event::Position;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::gate::{Outcome, Verdict};
use crate::node::{Node, Progress};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Judged {
    /// `in`, `repeat`, or the code of a rejection.
    outcome: &'static str,
}

/// What is counted and measured.
pub struct Metrics {
    registry: Registry,
    judged: Family<Judged, Counter<u64, AtomicU64>>,
    streams: Gauge<i64, AtomicI64>,
    position: Gauge<i64, AtomicI64>,
    lag: Gauge<i64, AtomicI64>,
    searched: Gauge<i64, AtomicI64>,
    rows: Gauge<i64, AtomicI64>,
    trouble: Gauge<i64, AtomicI64>,
    panics: Counter<u64, AtomicU64>,
    fold: Fold,
    history: History,
}

/// What is measured of a rebuild, or of the first fold after the start.
#[derive(Default)]
struct Fold {
    position: Gauge<i64, AtomicI64>,
    target: Gauge<i64, AtomicI64>,
    rate: Gauge<i64, AtomicI64>,
    left: Gauge<i64, AtomicI64>,
}

impl Fold {
    fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            (
                "fold_position",
                "How far a rebuild is, or the first fold after the start; 0 while there is none",
                &self.position,
            ),
            (
                "fold_target",
                "Up to where it goes; 0 while there is none",
                &self.target,
            ),
            (
                "fold_events_per_second",
                "How many events a second it folded since it began; 0 while there is none",
                &self.rate,
            ),
            (
                "fold_left_seconds",
                "How long it takes from here on, at that rate; 0 while there is none, or it cannot be told",
                &self.left,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    fn measure(&self, progress: Option<Progress>) {
        let signed = |number: Option<u64>| i64::try_from(number.unwrap_or(0)).unwrap_or(i64::MAX);
        let of = |part: fn(Progress) -> u64| signed(progress.map(part));
        self.position.set(of(|fold| fold.position.get()));
        self.target.set(of(|fold| fold.target.get()));
        self.rate.set(of(|fold| fold.events_per_second));
        self.left.set(of(|fold| fold.seconds_left.unwrap_or(0)));
    }
}

/// What is measured of the node's own history.
#[derive(Default)]
struct History {
    position: Gauge<i64, AtomicI64>,
    synced: Gauge<i64, AtomicI64>,
    republished: Gauge<i64, AtomicI64>,
    signed: Gauge<i64, AtomicI64>,
    scrub_position: Gauge<i64, AtomicI64>,
    scrub_seconds: Gauge<i64, AtomicI64>,
}

impl History {
    fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            (
                "history_position",
                "Newest position in the node's own history",
                &self.position,
            ),
            (
                "history_synced_position",
                "Newest position surely on disk",
                &self.synced,
            ),
            (
                "history_republished_events",
                "Events of a lost tail published again since the start",
                &self.republished,
            ),
            (
                "checkpoint_size",
                "Size of the newest checkpoint signed or cosigned here since the start",
                &self.signed,
            ),
            (
                "scrub_position",
                "Last position of the last scrub that found nothing",
                &self.scrub_position,
            ),
            (
                "scrub_finished_seconds",
                "When that scrub ended, in seconds since 1970",
                &self.scrub_seconds,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    fn measure(&self, node: &Node, archive: &Archive) {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.position.set(signed(archive.last().get()));
        self.synced.set(signed(archive.synced().get()));
        self.republished.set(signed(node.republished_events()));
        self.signed.set(signed(node.signed_size().get()));
        if let Some((position, at_seconds)) = node.last_scrub() {
            self.scrub_position.set(signed(position.get()));
            self.scrub_seconds.set(at_seconds);
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("habeas");
        let judged = Family::default();
        let streams = Gauge::default();
        let position = Gauge::default();
        let lag = Gauge::default();
        let searched = Gauge::default();
        let rows = Gauge::default();
        let trouble = Gauge::default();
        let panics = Counter::default();
        registry.register(
            "events_judged",
            "Events sent over HTTP, by outcome",
            judged.clone(),
        );
        registry.register("sse_clients", "Open streams of changes", streams.clone());
        registry.register(
            "projection_position",
            "Newest folded position",
            position.clone(),
        );
        registry.register(
            "projection_lag_events",
            "Events in the log not yet folded",
            lag.clone(),
        );
        registry.register(
            "search_position",
            "The last position that is in the index of names and words",
            searched.clone(),
        );
        registry.register("table_rows", "Rows of facts in memory", rows.clone());
        registry.register(
            "trouble",
            "1 while something keeps the node from writing",
            trouble.clone(),
        );
        registry.register(
            "request_panics",
            "Requests that ended in a panic of the node, answered with 500",
            panics.clone(),
        );
        let fold = Fold::default();
        fold.register(&mut registry);
        let history = History::default();
        history.register(&mut registry);
        Self {
            registry,
            judged,
            streams,
            position,
            lag,
            searched,
            rows,
            trouble,
            panics,
            fold,
            history,
        }
    }
}

impl Metrics {
    /// Counts verdicts.
    pub fn judged(&self, verdicts: &[Verdict]) {
        for verdict in verdicts {
            let outcome = match &verdict.outcome {
                Outcome::In { repeat: false, .. } => "in",
                Outcome::In { repeat: true, .. } => "repeat",
                Outcome::Out { code, .. } => code,
            };
            self.judged.get_or_create(&Judged { outcome }).inc();
        }
    }

    /// Counts a request that ended in a panic.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Returns how many requests ended in a panic.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// Counts an open stream until the returned guard is dropped.
    #[must_use]
    pub fn streaming(&self) -> Streaming {
        self.streams.inc();
        Streaming(self.streams.clone())
    }

    /// Notes how far the index of names and words is.
    pub(crate) fn searched(&self, through: Position) {
        let through = i64::try_from(through.get());
        self.searched.set(through.unwrap_or(i64::MAX));
    }

    /// Returns all metrics as OpenMetrics text. `last`: the log's last position; `now_ms`: of the monotonic
    /// clock.
    ///
    /// # Errors
    /// The formatter's error.
    pub fn text(
        &self,
        node: &Node,
        archive: &Archive,
        last: Option<Position>,
        now_ms: u64,
    ) -> Result<String, std::fmt::Error> {
        self.history.measure(node, archive);
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let position = node.position().get();
        self.position.set(signed(position));
        if let Some(last) = last {
            self.lag.set(signed(last.get().saturating_sub(position)));
        }
        let rows = node.model().map_or(0, |model| model.columns().rows());
        self.rows.set(i64::try_from(rows).unwrap_or(i64::MAX));
        self.fold.measure(node.progress(now_ms));
        self.trouble.set(i64::from(node.trouble().is_some()));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// An open stream, counted while this lives.
pub struct Streaming(Gauge<i64, AtomicI64>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.dec();
    }
}
