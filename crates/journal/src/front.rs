//! The journal's front: connects, creates streams where absent, and hands out the rest.
//!
//! Two connections: what is written and asked, and what is read, so that neither waits behind the
//! other's bytes and both cores have work.
//!
//! Never here: the protocols themselves.

use async_nats::jetstream::stream::RawMessageErrorKind as Failed;
use bytes::Bytes;
use event::{Instant, OrgId, Position};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::append::{self, Outgoing};
use crate::error::{AppendError, Error};
use crate::inbox::{self, Inbox};
use crate::link::{Connection, Link};
use crate::notary::Lodged;
use crate::read::{Reader, created};
use crate::route::Route;
use crate::settings::{self, Checked, ServerCheck, Settings};
use crate::submit::Submissions;
use crate::verdict::{self, Verdict};
use crate::{limits, monitor, notary, subjects};

/// The server's code for a stream that does not exist.
pub const STREAM_NOT_FOUND: u64 = 10_059;

/// The server's code for a stream name in use with other settings.
const STREAM_NAME_IN_USE: u64 = 10_058;

/// The log and what belongs to it. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Journal {
    writing: Link,
    reading: Link,
    settings: std::sync::Arc<Settings>,
}

/// The state of the canonical stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamState {
    /// When it was created, RFC 3339 as the server writes it.
    pub created: String,
    /// Position of the first message; 1 unless something is wrong.
    pub first: Position,
    /// Position of the last message; [`Position::ZERO`] when there is none.
    pub last: Position,
    /// Number of messages; equal to `last` unless something is wrong.
    pub messages: u64,
}

/// One message read by its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it was routed.
    pub subject: String,
    /// The stored bytes.
    pub payload: Bytes,
}

impl Journal {
    /// Connects to `url` (comma-separated where there are several servers) and creates the
    /// canonical stream and the stream of verdicts if they are absent. What exists is left as it
    /// is: see [`Journal::check_settings`].
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Credentials`], [`Error::Connect`], [`Error::NoAnswer`];
    /// [`Error::Refused`] when the server has no JetStream or does not let us create a stream.
    pub async fn connect(url: &str, settings: Settings) -> Result<Self, Error> {
        let writing = Link::connect(url, "habeas", &settings).await?;
        let reading = Link::connect(url, "habeas-read", &settings).await?;
        let journal = Self {
            writing,
            reading,
            settings: std::sync::Arc::new(settings),
        };
        let replicas = journal.settings.replicas;
        journal
            .create_if_absent(&settings::canonical(replicas))
            .await?;
        journal
            .create_if_absent(&settings::verdicts(replicas))
            .await?;
        journal
            .create_if_absent(&settings::notary(replicas))
            .await?;
        Ok(journal)
    }

    /// Watches the connection on which is written; what is read has its own and reconnects alike.
    #[must_use]
    pub fn connection(&self) -> watch::Receiver<Connection> {
        self.writing.state.clone()
    }

    /// Whether several servers keep the log, so that it goes on without any one of them, and an answer may be
    /// that of a server which led before.
    #[must_use]
    pub const fn is_replicated(&self) -> bool {
        self.writing.is_of_cluster()
    }

    /// Returns the connection and the leader that an append goes to now.
    #[must_use]
    pub fn route(&self) -> Route {
        self.writing.route()
    }

    /// Waits until an append goes another way than by `route`: the connection was lost, or another server leads.
    pub async fn left(&self, route: Route) {
        self.writing.left(route).await;
    }

    /// Ends the connections, for good: before a node ends, or its broker.
    pub async fn close(&self) {
        self.writing.close().await;
        self.reading.close().await;
    }

    /// Compares every setting of the canonical stream, and of each monitored server, with what
    /// it must be. On any drift, writing must stop.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`], [`Error::Malformed`], [`Error::Monitor`].
    pub async fn check_settings(&self) -> Result<Checked, Error> {
        let found = self.stream_info(subjects::STREAM).await?;
        let expected = settings::canonical(self.settings.replicas);
        let found = found.get("config").unwrap_or(&Value::Null);
        let mut drifts = settings::stream_drifts(found, &expected);
        for url in &self.settings.monitor_urls {
            drifts.extend(settings::server_drifts(
                &monitor::varz(url, &self.settings.trust).await?,
            ));
        }
        let monitored = !self.settings.monitor_urls.is_empty();
        let server = if monitored {
            ServerCheck::Read
        } else {
            ServerCheck::NoMonitor
        };
        Ok(Checked { drifts, server })
    }

    /// Returns the state of the canonical stream, from its leader.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`], [`Error::Malformed`].
    pub async fn state(&self) -> Result<StreamState, Error> {
        let info = self.stream_info(subjects::STREAM).await?;
        let doing = "reading the stream's state";
        let number = |pointer, missing| {
            info.pointer(pointer)
                .and_then(Value::as_u64)
                .ok_or(Error::Malformed { doing, missing })
        };
        Ok(StreamState {
            created: created(&info)
                .ok_or(Error::Malformed {
                    doing,
                    missing: "created",
                })?
                .into(),
            first: Position::new(number("/state/first_seq", "first_seq")?),
            last: Position::new(number("/state/last_seq", "last_seq")?),
            messages: number("/state/messages", "messages")?,
        })
    }

    /// Returns what the clock of the canonical stream's leader says; none of a server older than 2.10, which
    /// does not tell.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`].
    pub async fn clock(&self) -> Result<Option<Instant>, Error> {
        let info = self.stream_info(subjects::STREAM).await?;
        let now = info.get("ts").and_then(Value::as_str);
        Ok(now.and_then(Instant::parse).map(|(now, _)| now))
    }

    /// Appends `batch` (1 to [`limits::BATCH_EVENTS_MAX`] events) right after `after`, all or
    /// nothing, durably, and returns the position of its last event.
    ///
    /// # Errors
    /// [`AppendError`]; checks come in the order of its variants. Where the future is dropped,
    /// the outcome is as for [`AppendError::Unknown`].
    pub async fn append(
        &self,
        after: Position,
        batch: &[Outgoing],
    ) -> Result<Position, AppendError> {
        append::append(&self.writing, subjects::STREAM, after, batch).await
    }

    /// Appends a few events right after `after`, each by itself and all on their way at once. Returns the
    /// position of the last one stored, and why the rest is not, where some are.
    ///
    /// # Errors
    /// As [`Journal::append`], where none is stored, or not known to be.
    pub async fn append_each(
        &self,
        after: Position,
        events: &[Outgoing],
    ) -> Result<(Position, Option<AppendError>), AppendError> {
        append::append_each(&self.writing, subjects::STREAM, after, events).await
    }

    /// Deletes the canonical stream and makes it anew, empty. Only for a repair, with the node's own
    /// history at hand: whatever else the stream held is gone.
    ///
    /// # Errors
    /// [`Error::NoAnswer`]; [`Error::Refused`] when the account may not, as none but a person's
    /// should.
    pub async fn replace_canonical(&self) -> Result<(), Error> {
        let subject = format!("STREAM.DELETE.{}", subjects::STREAM);
        match self
            .writing
            .api("deleting the stream", subject, &Value::Null)
            .await
        {
            Ok(_) => warn!(stream = subjects::STREAM, "stream deleted for a repair"),
            Err(Error::Refused {
                code: STREAM_NOT_FOUND,
                ..
            }) => {}
            Err(error) => return Err(error),
        }
        self.create_if_absent(&settings::canonical(self.settings.replicas))
            .await
    }

    /// Makes a reader of the canonical stream whose first message is the one at `from`.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`], [`Error::Malformed`].
    pub async fn read(&self, from: Position) -> Result<Reader, Error> {
        let state = self.state().await?;
        Ok(Reader::new(
            self.reading.clone(),
            subjects::STREAM,
            state.created,
            from,
        ))
    }

    /// Returns the message at `position`, from the stream's leader (a direct get may be answered
    /// by a replica that is behind); none where the stream has none.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`].
    pub async fn get(&self, position: Position) -> Result<Option<Stored>, Error> {
        let doing = "reading one message";
        let context = async_nats::jetstream::new(self.reading.client.clone());
        let read = async {
            let stream = context.get_stream_no_info(subjects::STREAM).await.ok()?;
            Some(stream.get_raw_message(position.get()).await)
        };
        let answer = timeout(limits::REQUEST_TIMEOUT, read).await.ok().flatten();
        match answer.ok_or(Error::NoAnswer { doing })? {
            Ok(message) => Ok(Some(Stored {
                subject: message.subject.as_str().to_owned(),
                payload: message.payload,
            })),
            Err(error) => match error.kind() {
                Failed::NoMessageFound => Ok(None),
                Failed::InvalidSubject | Failed::JetStream(_) | Failed::Other => {
                    Err(Error::NoAnswer { doing })
                }
            },
        }
    }

    /// Creates the inbox of `org` if it is absent; where its settings differ (a changed quota),
    /// sets them.
    ///
    /// # Errors
    /// [`Error::NoAnswer`]; [`Error::Refused`] when the server lacks room for the quota, or does
    /// not let us.
    pub async fn ensure_inbox(&self, org: &OrgId) -> Result<(), Error> {
        let mut expected =
            settings::inbox(org, self.settings.inbox_bytes_max, self.settings.replicas);
        self.create_if_absent(&expected).await?;
        let stream = subjects::inbox_stream(org);
        let info = self.stream_info(&stream).await?;
        let found = info.get("config").unwrap_or(&Value::Null);
        // The streams of field offices are the operator's own business.
        if let (Some(sources), Some(fields)) = (found.get("sources"), expected.as_object_mut()) {
            fields.insert("sources".to_owned(), sources.clone());
        }
        let drifts = settings::stream_drifts(found, &expected);
        if !drifts.is_empty() {
            for drift in &drifts {
                warn!(
                    stream,
                    field = drift.field,
                    found = drift.found,
                    "inbox setting put right"
                );
            }
            let subject = format!("STREAM.UPDATE.{stream}");
            self.writing
                .api("setting an inbox's settings", subject, &expected)
                .await?;
        }
        inbox::create_consumer(&self.writing, &stream).await
    }

    /// Makes a reader of the inbox of `org`, which must exist.
    #[must_use]
    pub fn inbox(&self, org: &OrgId) -> Inbox {
        Inbox::new(self.reading.clone(), org)
    }

    /// Stores one verdict on what `org` sent and returns when it is durable.
    ///
    /// # Errors
    /// [`Error::NoAnswer`]: it may be stored. [`Error::Refused`].
    pub async fn publish_verdict(&self, org: &OrgId, verdict: Bytes) -> Result<(), Error> {
        self.publish_verdicts(&[(org.clone(), verdict)]).await
    }

    /// Stores verdicts in order, in atomic batches, and returns when all are durable.
    ///
    /// # Errors
    /// [`Error::NoAnswer`]: some may be stored. [`Error::Refused`].
    pub async fn publish_verdicts(&self, verdicts: &[(OrgId, Bytes)]) -> Result<(), Error> {
        verdict::publish(&self.writing, verdicts).await
    }

    /// Lists verdicts on what `org` sent, oldest first: up to `max` (at most
    /// [`limits::VERDICTS_LISTED_MAX`]) whose sequence is above `after`.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::Refused`].
    pub async fn verdicts(
        &self,
        org: &OrgId,
        after: u64,
        max: usize,
    ) -> Result<Vec<Verdict>, Error> {
        verdict::list(&self.reading, org, after, max).await
    }

    /// Returns the newest signed checkpoint that a signer lodged; none before the first.
    ///
    /// # Errors
    /// [`Error::NoAnswer`].
    pub async fn lodged(&self) -> Result<Option<Lodged>, Error> {
        notary::last(&self.writing).await
    }

    /// Lodges a signed checkpoint in the place of the one with `revision` (0: of none), and returns
    /// its own revision.
    ///
    /// # Errors
    /// [`AppendError::Refused`] when another stands there by now; [`AppendError::Unknown`] when it may
    /// stand, [`AppendError::Disconnected`], [`AppendError::Other`].
    pub async fn lodge(&self, note: Bytes, revision: u64) -> Result<u64, AppendError> {
        notary::put(&self.writing, note, revision).await
    }

    /// Subscribes to requests; several gates share them.
    ///
    /// # Errors
    /// [`Error::NoAnswer`].
    pub async fn submissions(&self) -> Result<Submissions, Error> {
        Submissions::subscribe(&self.writing).await
    }

    async fn stream_info(&self, stream: &str) -> Result<Value, Error> {
        let subject = format!("STREAM.INFO.{stream}");
        self.writing
            .ask("reading the stream's state", subject, &Value::Null)
            .await
    }

    async fn create_if_absent(&self, config: &Value) -> Result<(), Error> {
        let name = config
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match self.stream_info(name).await {
            Ok(_) => return Ok(()),
            Err(Error::Refused {
                code: STREAM_NOT_FOUND,
                ..
            }) => {}
            Err(error) => return Err(error),
        }
        let subject = format!("STREAM.CREATE.{name}");
        match self.writing.api("creating a stream", subject, config).await {
            Ok(_) => {
                info!(stream = name, "stream created");
                Ok(())
            }
            // Another node was faster; the check of settings tells whether it is the same.
            Err(Error::Refused {
                code: STREAM_NAME_IN_USE,
                ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
