//! Deliveries: each webhook follows the record by itself, event by event, in the order of positions.
//!
//! Start at [`Deliverer::run`]. What a receiver does not take is tried again after longer and longer waits, and is then
//! a dead letter. Whether the token that registered a webhook still holds, and what its scope may see, is judged anew
//! before every try: what was hidden meanwhile is passed over.
//!
//! Never here: connections (see [`super::courier`]), and what is kept (see [`crate::desk::Webhooks`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use event::Position;
use fold::{Scope, Sight};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use web::http::event_filter::EventFilter;

use super::address::Address;
use super::courier::{Courier, DeliveryError};
use super::signature::Secret;
use crate::access::{MayRead, Tokens};
use crate::clock::Clock;
use crate::desk::{DeadLetter, End, Failing, Use, Uses, Webhook, Webhooks};
use crate::node::Node;
use crate::query::snapshot;

/// Most deliveries under way. Source: docs/reference/limits.md.
pub const DELIVERIES_MAX: usize = 64;

/// Most webhooks that read the record at once: many of them wake with each event, and take no more of what the fold
/// needs than one reader does. Source: docs/reference/limits.md.
const READERS_MAX: usize = 1;

/// How many leaves are looked at for one delivery while a place among [`DELIVERIES_MAX`] is held.
const LOOKED_MAX: usize = 256;

/// How many leaves are read at once.
const READ_LEAVES: usize = 16;

/// How long is waited after a failure of this node.
const FAILURE_WAIT: Duration = Duration::from_secs(5);

/// Names the message, the same at each try.
const ID: HeaderName = HeaderName::from_static("webhook-id");
/// When this try was made, in seconds since 1970.
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// The signature.
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// The position of the event.
const POSITION: HeaderName = HeaderName::from_static("habeas-position");

/// Delivers what webhooks take.
pub struct Deliverer {
    /// The node whose record is followed.
    pub node: Arc<Node>,
    /// What is registered.
    pub webhooks: Arc<Webhooks>,
    /// By which tokens.
    pub tokens: Arc<Tokens>,
    /// Where it is noted that somebody takes events.
    pub uses: Arc<Uses>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who posts.
    pub courier: Courier,
    /// What is waited before each further try.
    pub waits: Vec<Duration>,
    /// The tasks that are waited for when the node stops.
    pub tasks: TaskTracker,
    /// Ends them.
    pub stop: CancellationToken,
}

/// What is to be done next for a webhook.
enum Next {
    /// This event is to be posted.
    Event(Position, Bytes),
    /// Nothing up to this position.
    Nothing(Position),
}

impl Deliverer {
    /// Follows the record for each webhook that is registered, until the node stops.
    pub async fn run(self) {
        let (this, under_way) = (Arc::new(self), Arc::new(Semaphore::new(DELIVERIES_MAX)));
        let reading = Arc::new(Semaphore::new(READERS_MAX));
        let mut changes = this.webhooks.changes();
        let mut running: BTreeMap<String, CancellationToken> = BTreeMap::new();
        tokio::select! {
            () = this.stop.cancelled() => return,
            () = this.node.until_caught_up() => {}
        }
        loop {
            let registered = this.webhooks.list(None);
            running.retain(|id, token| {
                let is_registered = registered.iter().any(|(one, _)| one.id == *id);
                if !is_registered {
                    token.cancel();
                }
                is_registered
            });
            for (webhook, _) in registered {
                if running.contains_key(&webhook.id) {
                    continue;
                }
                let token = this.stop.child_token();
                let follower = Follower {
                    deliverer: this.clone(),
                    under_way: under_way.clone(),
                    reading: reading.clone(),
                    id: webhook.id.clone(),
                    changes: this.webhooks.changes(),
                    retry: None,
                };
                this.tasks
                    .spawn(token.clone().run_until_cancelled_owned(follower.run()));
                running.insert(webhook.id, token);
            }
            tokio::select! {
                () = this.stop.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Returns the first event after `after` that a scope sees and a filter takes, of what is folded.
    fn next(
        &self,
        scope: &Scope,
        filter: &EventFilter,
        after: Position,
    ) -> Result<Next, store::Failure> {
        let Some(model) = self.node.model() else {
            return Ok(Next::Nothing(after));
        };
        let folded = model.columns().instants().newest();
        let (mut last, mut looked) = (after, 0);
        while looked < LOOKED_MAX && last < folded {
            // Read in pieces: nothing is written while a reader holds one.
            let reading = snapshot::read(self.node.unfolded(), &model)?;
            let leaves = reading.leaves(last.next(), READ_LEAVES)?;
            if leaves.is_empty() {
                break;
            }
            let mut sight = Sight::new(&reading, folded);
            for (position, leaf) in leaves {
                if position > folded {
                    break;
                }
                let is_seen = answers::visible_leaf(&mut sight, (position, &leaf), scope)?;
                if is_seen.is_some() && filter.takes(&reading, (position, &leaf), folded)? {
                    return Ok(Next::Event(position, leaf.into()));
                }
                last = position;
                looked += 1;
            }
        }
        Ok(Next::Nothing(last))
    }

    /// Posts an event.
    async fn post(
        &self,
        webhook: &Webhook,
        position: Position,
        body: Bytes,
    ) -> Result<(), DeliveryError> {
        let networks = self.courier.networks();
        let address = Address::parse(&webhook.url, networks).map_err(|_| DeliveryError::Inside)?;
        let secret = Secret::parse(&webhook.secret).map_err(|_| DeliveryError::Name)?;
        let (id, (seconds, _)) = (
            format!("{}_{position}", webhook.id),
            self.clock.now().parts(),
        );
        let mut headers = HeaderMap::new();
        let content = HeaderValue::from_static("application/cloudevents+json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, content);
        headers.insert(header::USER_AGENT, HeaderValue::from_static("habeas"));
        for (name, text) in [
            (SIGNATURE, secret.sign(&id, seconds, &body)),
            (ID, id),
            (TIMESTAMP, seconds.to_string()),
            (POSITION, position.to_string()),
        ] {
            let value = HeaderValue::try_from(text).map_err(|_| DeliveryError::Name)?;
            headers.insert(name, value);
        }
        self.courier.post(&address, headers, body).await
    }
}

/// Follows the record for one webhook.
struct Follower {
    deliverer: Arc<Deliverer>,
    under_way: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    id: String,
    changes: watch::Receiver<u64>,
    /// From when on the next try is made, by the monotonic clock.
    retry: Option<u64>,
}

/// What came of one step.
enum Step {
    /// Something was done: go on.
    Done,
    /// Nothing is to be done before something changes, or for so long.
    Wait(Option<Duration>),
}

impl Follower {
    async fn run(mut self) {
        let deliverer = self.deliverer.clone();
        let (mut folded, mut tokens) = (deliverer.node.follow(), deliverer.tokens.changes());
        loop {
            // What changes from here on is not missed.
            folded.mark_unchanged();
            tokens.mark_unchanged();
            self.changes.mark_unchanged();
            let Some(webhook) = deliverer.webhooks.find(&self.id) else {
                return;
            };
            let Step::Wait(at_most) = self.step(&webhook).await else {
                continue;
            };
            let wait = async {
                match at_most {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wait => {}
                moved = folded.changed(), if at_most.is_none() => if moved.is_err() { return },
                changed = tokens.changed() => if changed.is_err() { return },
                changed = self.changes.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn step(&mut self, webhook: &Webhook) -> Step {
        if webhook.ended == Some(End::Gone) {
            return Step::Wait(None);
        }
        let under_way = self.under_way.clone();
        // The semaphore is never closed.
        let _place = under_way.acquire().await;
        // After the wait for a place: what is sent is judged as of now.
        let tokens = &self.deliverer.tokens;
        let Some(may) = tokens.registrant(&webhook.token, &webhook.org) else {
            return Step::Wait(None);
        };
        if let Some(letter) = self.deliverer.webhooks.next_asked(&self.id) {
            return self.send_again(webhook, &may, letter).await;
        }
        if webhook.ended.is_some() {
            return Step::Wait(None);
        }
        let now = self.deliverer.clock.monotonic_ms();
        if let Some(retry) = self.retry.filter(|retry| *retry > now) {
            return Step::Wait(Some(Duration::from_millis(retry - now)));
        }
        self.retry = None;
        let filter = EventFilter::parse(&webhook.filter).unwrap_or_default();
        let after = Position::new(webhook.position);
        let found = self.find(&may, &filter, after).await;
        match found {
            Err(failure) => {
                tracing::warn!(error = %failure, "a webhook waits: the record cannot be read");
                Step::Wait(Some(FAILURE_WAIT))
            }
            Ok(Next::Nothing(last)) if last == after => Step::Wait(None),
            Ok(Next::Nothing(last)) => {
                self.deliverer.webhooks.advance(&self.id, last.get());
                Step::Done
            }
            Ok(Next::Event(position, body)) => self.send(webhook, &may, (position, body)).await,
        }
    }

    /// Finds what is on after a position.
    async fn find(
        &self,
        may: &MayRead,
        filter: &EventFilter,
        after: Position,
    ) -> Result<Next, store::Failure> {
        // The semaphore is never closed.
        let _reading = self.reading.acquire().await;
        tokio::task::block_in_place(|| self.deliverer.next(may.scope(), filter, after))
    }

    /// Sends what is on.
    async fn send(
        &mut self,
        webhook: &Webhook,
        may: &MayRead,
        (position, body): (Position, Bytes),
    ) -> Step {
        let deliverer = self.deliverer.clone();
        let sent = deliverer.post(webhook, position, body).await;
        let Err(error) = sent else {
            self.note_taken(may);
            deliverer.webhooks.advance(&self.id, position.get());
            return Step::Done;
        };
        if error == DeliveryError::Gone {
            return kept(deliverer.webhooks.end(&self.id, End::Gone));
        }
        let failing = webhook.failing.as_ref();
        let before = failing.filter(|failing| failing.position == position.get());
        let tries = before.map_or(0, |failing| failing.tries) + 1;
        let Some(wait) = deliverer.waits.get(tries - 1) else {
            tracing::warn!(webhook = self.id, %position, %error, "a delivery is a dead letter");
            let letter = self.letter(position.get(), tries, error);
            return kept(deliverer.webhooks.bury(&self.id, letter));
        };
        let now = deliverer.clock.monotonic_ms();
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.retry = Some(now.saturating_add(wait_ms));
        let failing = Failing {
            position: position.get(),
            tries,
            why: error.to_string(),
        };
        deliverer.webhooks.note_failure(&self.id, failing);
        Step::Done
    }

    /// Sends a dead letter once more; one that the scope does not see any more is none.
    async fn send_again(&self, webhook: &Webhook, may: &MayRead, letter: DeadLetter) -> Step {
        let deliverer = &self.deliverer;
        let position = Position::new(letter.position);
        let everything = EventFilter::default();
        let found = self.find(may, &everything, position.previous()).await;
        let left = match found {
            Err(failure) => {
                tracing::warn!(error = %failure, "a webhook waits: the record cannot be read");
                return Step::Wait(Some(FAILURE_WAIT));
            }
            Ok(Next::Event(at, body)) if at == position => {
                match deliverer.post(webhook, position, body).await {
                    Ok(()) => {
                        self.note_taken(may);
                        None
                    }
                    Err(error) => Some(self.letter(letter.position, letter.tries + 1, error)),
                }
            }
            Ok(Next::Event(..) | Next::Nothing(_)) => None,
        };
        kept(
            deliverer
                .webhooks
                .answer_again(&self.id, letter.position, left),
        )
    }

    fn letter(&self, position: u64, tries: usize, error: DeliveryError) -> DeadLetter {
        DeadLetter {
            position,
            tries,
            why: error.to_string(),
            at: self.deliverer.clock.now().to_string(),
            is_asked: false,
        }
    }

    fn note_taken(&self, may: &MayRead) {
        let now = self.deliverer.clock.now();
        self.deliverer
            .uses
            .note(Use::TookEvents, may.credential(), now);
    }
}

/// Goes on where something was kept; where the disk fails, after a while.
fn kept(written: std::io::Result<()>) -> Step {
    match written {
        Ok(()) => Step::Done,
        Err(error) => {
            tracing::warn!(%error, "webhooks could not be written");
            Step::Wait(Some(FAILURE_WAIT))
        }
    }
}
