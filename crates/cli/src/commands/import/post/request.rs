//! One request, tried again while the server is busy or away.
//!
//! Never here: what the verdicts say.

use std::cell::Cell;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use super::batch::Batch;
use super::error::Error;
use super::voice::Voice;
use crate::client::{Login, TrustError, next_page, trusting};
use crate::commands::import::Args;

/// Tries of one batch before the import gives up: about four minutes with the waits below.
pub(super) const TRIES_MAX: u32 = 30;

/// The first wait between two tries; each further one is twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(250);

/// The longest wait between two tries, whatever the server asks for.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// How often it is asked whether what was posted is folded: ten minutes with the server's own waits.
const FOLD_TRIES: u32 = 60;

/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(120);

/// Bytes of an answer: a verdict has a few hundred.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Events of the log asked for at once. Source: docs/reference/api.md, Lists.
pub(super) const PAGE_EVENTS: usize = 1_000;

/// Bytes of that many events, each of at most 60,000 and its stamps.
const PAGE_BYTES_MAX: u64 = 80 * 1024 * 1024;

/// Characters of an answer that an error shows.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// Posts to one server.
pub(crate) struct Poster {
    agent: Agent,
    /// The address posted to.
    pub(crate) url: String,
    authorization: Option<String>,
    /// How far the server had folded the log when it answered last, where it says so.
    folded: Cell<Option<u64>>,
    /// What says that a server is away.
    pub(super) voice: Voice,
}

/// A page of the log.
pub(crate) struct EventsPage {
    /// The events, as sent.
    pub(crate) body: Vec<u8>,
    /// The path and query of the next page; none where this is the last.
    pub(crate) next: Option<String>,
    /// How far the server had folded the log, where it says so.
    pub(crate) folded: Option<u64>,
}

enum PostAnswer {
    Verdicts(Vec<u8>),
    Busy(u16, Option<Duration>),
    Away(ureq::Error),
}

impl Poster {
    /// Makes a poster for the server of a command line.
    ///
    /// # Errors
    /// [`Error::Events`] of a file of authorities.
    pub(crate) fn of(args: &Args) -> Result<Self, Error> {
        let login = Login {
            token: args.token.as_deref(),
            ca: args.ca.as_deref(),
        };
        let voice = Voice::of(args);
        Ok(Self {
            voice,
            ..Self::new(&args.server, login)?
        })
    }

    /// Makes a poster for `{server}/v1/events` that says nothing while it waits.
    ///
    /// # Errors
    /// [`Error::Events`] of a file of authorities.
    pub(crate) fn new<'l>(server: &str, login: impl Into<Login<'l>>) -> Result<Self, Error> {
        let Login { token, ca } = login.into();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(REQUEST_MAX));
        let config = trusting(config, server, ca).map_err(|TrustError { path, source }| {
            import::Error::Io {
                path,
                doing: "read",
                source,
            }
        })?;
        Ok(Self {
            agent: config.build().into(),
            url: format!("{}/v1/events", server.trim_end_matches('/')),
            authorization: token.map(|token| format!("Bearer {token}")),
            folded: Cell::new(None),
            voice: Voice::silent(),
        })
    }

    /// Waits until the server has folded the log up to `position`, so that figures show what was posted.
    ///
    /// A server that does not say how far it is, or goes away, is not waited for: what was posted stays.
    pub(super) fn wait_folded(&self, position: u64, wait: &dyn Fn(Duration)) {
        if self.folded.get().is_none_or(|folded| folded >= position) {
            return;
        }
        let cases = self.url.replace("/v1/events", "/v1/cases");
        let url = format!("{cases}?limit=1&min_position={position}");
        for _ in 0..FOLD_TRIES {
            let mut request = self.agent.get(&url);
            if let Some(authorization) = &self.authorization {
                request = request.header("authorization", authorization);
            }
            match request.call().map(|response| response.status().as_u16()) {
                // Not yet: the server has waited for some seconds by itself.
                Ok(404) => {}
                Ok(429 | 503) => wait(WAIT_FIRST),
                Ok(_) | Err(_) => return,
            }
        }
    }

    /// Asks in whose name the token sends.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Refused`] for another status than 200.
    pub(crate) fn access(&self) -> Result<Vec<u8>, Error> {
        let url = self.url.replace("/v1/events", "/v1/access");
        let unreachable = |source| Error::Unreachable {
            url: url.clone(),
            tries: 1,
            source: Some(Box::new(source)),
        };
        let mut request = self.agent.get(&url);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = request.call().map_err(unreachable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_vec().map_err(unreachable)?;
        if status == 200 {
            return Ok(body);
        }
        Err(refused(&url, status, &body))
    }

    /// Asks for a page of the log, a path with its query, as its events were sent.
    ///
    /// # Errors
    /// As [`Poster::post`]: [`Error::Refused`] for another status than 200, [`Error::Unreachable`].
    pub(crate) fn events_at(&self, target: &str) -> Result<EventsPage, Error> {
        let url = format!("{}{target}", self.url.trim_end_matches("/v1/events"));
        let unreachable = |source| Error::Unreachable {
            url: url.clone(),
            tries: 1,
            source: Some(Box::new(source)),
        };
        let mut own_wait = WAIT_FIRST;
        let mut tries = 1;
        let mut response = loop {
            let mut request = self.agent.get(&url);
            if let Some(authorization) = &self.authorization {
                request = request.header("authorization", authorization);
            }
            let response = request.call().map_err(unreachable)?;
            if !matches!(response.status().as_u16(), 429 | 503) || tries == TRIES_MAX {
                break response;
            }
            let wait = retry_after(&response).unwrap_or(own_wait).min(WAIT_MAX);
            self.voice
                .away(&self.url, &busy(response.status().as_u16()), tries);
            std::thread::sleep(wait);
            own_wait = (own_wait * 2).min(WAIT_MAX);
            tries += 1;
        };
        self.voice.back(&self.url);
        let status = response.status().as_u16();
        let (next, folded) = (next_page(&response), folded(&response));
        let limited = response.body_mut().with_config().limit(PAGE_BYTES_MAX);
        let body = limited.read_to_vec().map_err(unreachable)?;
        if status == 200 {
            return Ok(EventsPage { body, next, folded });
        }
        Err(refused(&url, status, &body))
    }

    /// Posts a batch and returns the verdicts as sent.
    ///
    /// A server that is busy (429, 502, 503, 504) or away gets the same bytes again after `wait`: the ids
    /// are the same, so what it took already is a repeat.
    ///
    /// # Errors
    /// [`Error::Refused`] for any other status, [`Error::Unreachable`] after [`TRIES_MAX`] tries.
    pub(super) fn post(&self, batch: &Batch, wait: &dyn Fn(Duration)) -> Result<Vec<u8>, Error> {
        let mut own_wait = WAIT_FIRST;
        let mut cause = None;
        for tried in 1..=TRIES_MAX {
            let (why, asked) = match self.once(batch)? {
                PostAnswer::Verdicts(body) => {
                    self.voice.back(&self.url);
                    return Ok(body);
                }
                PostAnswer::Busy(status, asked) => {
                    cause = None;
                    (busy(status), asked)
                }
                PostAnswer::Away(error) => {
                    let why = format!("does not answer ({error})");
                    cause = Some(Box::new(error));
                    (why, None)
                }
            };
            self.voice.away(&self.url, &why, tried);
            wait(asked.unwrap_or(own_wait).min(WAIT_MAX));
            own_wait = (own_wait * 2).min(WAIT_MAX);
        }
        Err(Error::Unreachable {
            url: self.url.clone(),
            tries: TRIES_MAX,
            source: cause,
        })
    }

    fn once(&self, batch: &Batch) -> Result<PostAnswer, Error> {
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/jsonl");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = match request.send(batch.lines.as_slice()) {
            Ok(response) => response,
            Err(error) => return Ok(PostAnswer::Away(error)),
        };
        self.folded.set(folded(&response));
        let status = response.status().as_u16();
        if matches!(status, 429 | 502 | 503 | 504) {
            return Ok(PostAnswer::Busy(status, retry_after(&response)));
        }
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec();
        let body = match body {
            Ok(body) => body,
            Err(error) => return Ok(PostAnswer::Away(error)),
        };
        if matches!(status, 200 | 207 | 409 | 422) && body.trim_ascii_start().starts_with(b"[") {
            return Ok(PostAnswer::Verdicts(body));
        }
        Err(refused(&self.url, status, &body))
    }
}

fn refused(url: &str, status: u16, body: &[u8]) -> Error {
    let shown = String::from_utf8_lossy(body);
    Error::Refused {
        url: url.to_owned(),
        status,
        body: shown.chars().take(SHOWN_CHARACTERS_MAX).collect(),
    }
}

/// Returns how far a server says that it has folded the log.
fn folded<B>(response: &Response<B>) -> Option<u64> {
    let said = response.headers().get("habeas-position")?;
    said.to_str().ok()?.parse().ok()
}

/// Says what a server that is busy answers.
fn busy(status: u16) -> String {
    format!("is busy ({status})")
}

fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    let seconds = response
        .headers()
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}
