//! One connection to the broker: its options, its state, requests with a bounded wait.
//!
//! A link reconnects by itself, for ever. Each connection has a number, the epoch: what was asked
//! on an earlier one is never answered. Of a cluster it knows elections too: see [`crate::route`].
//!
//! Never here: meanings of requests.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use crate::error::Error;
use crate::limits;
use crate::route::{Route, elected, follow_elections};
use crate::settings::{Replicas, Settings};

/// The state of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whether the broker is connected now.
    pub connected: bool,
    /// Number of connections so far, the first is 1.
    pub epoch: u64,
}

/// One connection, cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) state: watch::Receiver<Connection>,
    /// How many elections of the canonical stream were heard of; none are told of a single server.
    elections: watch::Receiver<u64>,
    replicas: Replicas,
    /// Whether it was closed by its owner: what the client says then is no matter.
    closing: Arc<AtomicBool>,
}

impl Link {
    /// Connects to one of the addresses of `url` (a comma-separated list).
    pub(crate) async fn connect(url: &str, name: &str, settings: &Settings) -> Result<Self, Error> {
        let parse = |(index, text): (usize, &str)| {
            ServerAddr::from_str(text.trim()).map_err(|_| Error::Address { index })
        };
        let login = url.split(',').enumerate().next().map(parse).transpose()?;
        let addresses: Result<Vec<_>, _> = url
            .split(',')
            .map(without_login)
            .enumerate()
            .map(|(n, t)| parse((n, &t)))
            .collect();
        let addresses = addresses?;
        let (told, mut state) = watch::channel(Connection::default());
        let closing = Arc::new(AtomicBool::new(false));
        let options = options(name, settings, told, closing.clone()).await?;
        let client = with_login(options, login.as_ref())
            .connect(addresses)
            .await
            .map_err(Error::Connect)?;
        // The first event must have come, or it would look like a second connection later.
        timeout(
            limits::CONNECT_TIMEOUT,
            state.wait_for(|state| state.epoch > 0),
        )
        .await
        .map_err(|_| Error::NoAnswer {
            doing: "connecting",
        })?
        .map_err(|_| Error::NoAnswer {
            doing: "connecting",
        })?;
        let elections = if settings.replicas.is_cluster() {
            follow_elections(&client).await?
        } else {
            watch::channel(0).1
        };
        Ok(Self {
            client,
            state,
            elections,
            replicas: settings.replicas,
            closing,
        })
    }

    /// Ends the connection, for good.
    pub(crate) async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        // Where the server is gone there is nothing to end.
        let ended = timeout(limits::REQUEST_TIMEOUT, self.client.drain()).await;
        debug!(?ended, "connection closed");
    }

    /// Whether other servers take over from one that is lost.
    pub(crate) const fn is_of_cluster(&self) -> bool {
        self.replicas.is_cluster()
    }

    /// Returns the connection and the leader that a message goes to now.
    pub(crate) fn route(&self) -> Route {
        Route {
            epoch: self.epoch(),
            elections: *self.elections.borrow(),
        }
    }

    /// Ends when what goes by `route` may never be answered: the connection is gone, or another server leads.
    pub(crate) async fn left(&self, route: Route) {
        tokio::select! {
            () = self.lost(route.epoch) => {}
            () = elected(&self.elections, route.elections) => {}
        }
    }

    /// Returns the number of the present connection.
    pub(crate) fn epoch(&self) -> u64 {
        self.state.borrow().epoch
    }

    /// Ends when the connection of `epoch` is gone.
    pub(crate) async fn lost(&self, epoch: u64) {
        let mut state = self.state.clone();
        // The sender lives as long as the client; were it gone, the connection is gone too.
        let gone = state
            .wait_for(|state| !state.connected || state.epoch != epoch)
            .await;
        drop(gone);
    }

    /// Asks the JetStream API for what may be asked several times, and returns the first answer.
    ///
    /// A cluster without a leader says nothing and forgets the question. So it is asked again, after
    /// [`limits::CLUSTER_ASK_AGAIN`] and at once when a leader is elected.
    pub(crate) async fn ask(
        &self,
        doing: &'static str,
        subject: String,
        ask: &Value,
    ) -> Result<Value, Error> {
        if !self.is_of_cluster() {
            return self.api(doing, subject, ask).await;
        }
        let answered = self.ask_until_answered(doing, &subject, ask);
        let in_time = timeout(limits::REQUEST_TIMEOUT, answered).await;
        in_time.unwrap_or(Err(Error::NoAnswer { doing }))
    }

    async fn ask_until_answered(
        &self,
        doing: &'static str,
        subject: &str,
        ask: &Value,
    ) -> Result<Value, Error> {
        let mut asked = FuturesUnordered::new();
        loop {
            asked.push(self.api(doing, subject.to_owned(), ask));
            let elections = *self.elections.borrow();
            let again = sleep(limits::CLUSTER_ASK_AGAIN);
            tokio::pin!(again);
            loop {
                tokio::select! {
                    biased;
                    Some(answer) = asked.next() => match answer {
                        Err(error) if error.is_leaderless() => {}
                        answer => return answer,
                    },
                    () = &mut again => break,
                    () = elected(&self.elections, elections) => break,
                }
            }
        }
    }

    /// Asks the JetStream API, `$JS.API.<subject>`, and returns its answer.
    pub(crate) async fn api(
        &self,
        doing: &'static str,
        subject: String,
        ask: &Value,
    ) -> Result<Value, Error> {
        let payload = if ask.is_null() {
            Bytes::new()
        } else {
            Bytes::from(ask.to_string())
        };
        let epoch = self.epoch();
        let answer = tokio::select! {
            answer = timeout(
                limits::REQUEST_TIMEOUT,
                self.client.request(format!("$JS.API.{subject}"), payload),
            ) => answer.ok().and_then(Result::ok).ok_or(Error::NoAnswer { doing })?,
            () = self.lost(epoch) => return Err(Error::NoAnswer { doing }),
        };
        let value: Value =
            serde_json::from_slice(&answer.payload).map_err(|_| Error::Malformed {
                doing,
                missing: "a JSON object",
            })?;
        match api_error(&value) {
            Some((code, description)) => Err(Error::Refused {
                doing,
                code,
                description,
            }),
            None => Ok(value),
        }
    }
}

/// Returns the code and words of an answer that is an error.
pub(crate) fn api_error(answer: &Value) -> Option<(u64, String)> {
    let error = answer.get("error")?;
    let number = |name| error.get(name).and_then(Value::as_u64);
    let code = number("err_code")
        .or_else(|| number("code"))
        .unwrap_or_default();
    let words = error
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some((code, words.to_owned()))
}

async fn options(
    name: &str,
    settings: &Settings,
    told: watch::Sender<Connection>,
    closing: Arc<AtomicBool>,
) -> Result<ConnectOptions, Error> {
    let mut options = ConnectOptions::new()
        .name(name)
        .connection_timeout(limits::CONNECT_TIMEOUT)
        .request_timeout(Some(limits::REQUEST_TIMEOUT))
        .reconnect_delay_callback(reconnect_delay)
        .event_callback(move |event| {
            if closing.load(Ordering::Acquire) {
                debug!(%event, "nats connection is closed");
            } else {
                tell(&told, &event);
            }
            std::future::ready(())
        });
    if settings.replicas.is_cluster() {
        options = options
            .connection_timeout(limits::CLUSTER_CONNECT_TIMEOUT)
            .ping_interval(limits::CLUSTER_PING_INTERVAL);
    }
    if let Some(path) = &settings.credentials_file {
        options = options
            .credentials_file(path)
            .await
            .map_err(Error::Credentials)?;
    }
    settings.trust.apply(options).map_err(Error::Tls)
}

/// Takes user and password, or a token, from an address: the client itself passes over them.
pub(crate) fn with_login(options: ConnectOptions, address: Option<&ServerAddr>) -> ConnectOptions {
    let user = address.and_then(ServerAddr::username).map(percent_decoded);
    let password = address.and_then(ServerAddr::password).map(percent_decoded);
    match (user, password) {
        (Some(user), Some(password)) => options.user_and_password(user, password),
        (Some(token), None) => options.token(token),
        (None, _) => options,
    }
}

/// Returns an address without user and password, which the client would write into its log.
pub(crate) fn without_login(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        (_, None) => address.to_owned(),
    }
}

/// Decodes `%xx` as urls hold it; what is no such pair stays.
fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn reconnect_delay(attempts: usize) -> std::time::Duration {
    match u32::try_from(attempts) {
        Ok(attempts @ 2..=16) => limits::RECONNECT_DELAY_MIN
            .saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(2)))
            .min(limits::RECONNECT_DELAY_MAX),
        Ok(0 | 1) => std::time::Duration::ZERO,
        Ok(_) | Err(_) => limits::RECONNECT_DELAY_MAX,
    }
}

fn tell(told: &watch::Sender<Connection>, event: &Event) {
    match event {
        Event::Connected => {
            told.send_modify(|state| {
                state.connected = true;
                state.epoch = state.epoch.saturating_add(1);
            });
            info!(epoch = told.borrow().epoch, "nats connected");
        }
        Event::Disconnected | Event::Closed => {
            told.send_modify(|state| state.connected = false);
            warn!("nats disconnected");
        }
        Event::SlowConsumer(subscription) => {
            warn!(
                subscription,
                "nats client dropped messages; they are read again"
            );
        }
        Event::ServerError(error) => warn!(%error, "nats server error"),
        Event::ClientError(error) => warn!(%error, "nats client error"),
        Event::LameDuckMode | Event::Draining => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_without_its_login() {
        for (address, right) in [
            ("nats://user:secret@127.0.0.1:4222", "nats://127.0.0.1:4222"),
            ("tls://token@[::1]:4222", "tls://[::1]:4222"),
            ("user:secret@host", "host"),
            ("nats://host", "nats://host"),
            ("host:4222", "host:4222"),
        ] {
            assert_eq!(without_login(address), right);
        }
    }

    #[test]
    fn percent_signs_are_decoded() {
        for (text, right) in [
            ("plain", "plain"),
            ("a%40b", "a@b"),
            ("%d1%84", "ф"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("", ""),
            ("%", "%"),
            ("%4", "%4"),
            ("%%41", "%A"),
            ("%2541", "%41"),
            ("a+b%2B", "a+b+"),
            ("%C3%A9%c3%a9", "éé"),
            ("é%40", "é@"),
            ("%ff", "\u{fffd}"),
            ("%00", "\0"),
        ] {
            assert_eq!(percent_decoded(text), right);
        }
    }

    #[test]
    fn the_pause_before_a_reconnect_doubles_to_its_bound() {
        let pauses: Vec<u128> = (0..8).map(|n| reconnect_delay(n).as_millis()).collect();
        assert_eq!(pauses, [0, 0, 50, 100, 200, 400, 800, 1_600]);
        assert_eq!(reconnect_delay(8), limits::RECONNECT_DELAY_MAX);
        assert_eq!(reconnect_delay(usize::MAX), limits::RECONNECT_DELAY_MAX);
    }
}
