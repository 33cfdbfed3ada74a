//! The way to a server: requests, answers and their next pages, and what goes wrong on the way.
//!
//! Start at [`Client`]. [`sse`] reads a live stream, [`Failure`] is what a person is told.
//! `import` posts by its own `post` module, which tries again for minutes: a load of hours needs that.
//!
//! Never here: what is asked, and how an answer looks on a terminal.

mod address;
mod failure;
pub(crate) mod sse;
mod trust;

use std::io::Read;
use std::time::Duration;

use serde::Deserialize;
use ureq::Agent;
use ureq::http::Response;

pub(crate) use address::{Target, is_this_machine};
pub(crate) use failure::{Exit, Failure, Problem, safe};
pub(crate) use trust::{Login, TrustError, authorities, trusting};

/// How long one request may take. `min_position` waits 10 s at the most, a large figure takes less.
const REQUEST_MAX: Duration = Duration::from_secs(120);

/// How long a connection may take to stand.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How long a live stream may be silent before it counts as broken: three signs of life
/// (docs/reference/limits.md, Asking).
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// How often it is asked whether events are folded.
const FOLD_TRIES: u32 = 60;

/// The wait before a server that is busy is asked again.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// Bytes of an answer that are read at the most.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Speaks to one server.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    authorization: Option<String>,
}

/// An answer that says yes, or verdicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The body, as sent.
    pub(crate) body: Vec<u8>,
    /// The path and query of the next page, where there is one.
    pub(crate) next: Option<String>,
    /// How far the server had folded the log, where it says so.
    pub(crate) folded: Option<u64>,
    url: String,
}

impl Answer {
    /// Reads the body as `T`.
    ///
    /// # Errors
    /// [`Failure::Answer`] when it is not of that shape.
    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|source| Failure::Answer {
            url: self.url.clone(),
            found: source.to_string(),
        })
    }

    /// Returns the answer with another body, put together of several.
    pub(crate) fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// Makes an answer with a body, as a server would have given it.
    #[cfg(test)]
    pub(crate) fn of_body(body: Vec<u8>) -> Self {
        Self {
            body,
            next: None,
            folded: None,
            url: String::new(),
        }
    }

    /// Makes the failure of an answer that does not fit.
    pub(crate) fn unfit(&self, found: String) -> Failure {
        Failure::Answer {
            url: self.url.clone(),
            found,
        }
    }
}

impl Client {
    /// Makes a client of `server`, e.g. `http://127.0.0.1:8420` or `https://habeas.example`.
    ///
    /// # Errors
    /// [`Failure::Usage`] when that is no such address, [`Failure::Io`] of a file of authorities.
    pub(crate) fn new<'l>(server: &str, login: impl Into<Login<'l>>) -> Result<Self, Failure> {
        let Login { token, ca } = login.into();
        let server = address::base(server)?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_MAX));
        if is_this_machine(&server) {
            // A proxy of the surroundings would be asked for a server on itself.
            config = config.proxy(None);
        }
        let config = trusting(config, &server, ca)?;
        Ok(Self {
            agent: config.build().into(),
            server,
            authorization: token
                .map(str::trim)
                .filter(|token| !token.is_empty())
                .map(|token| format!("Bearer {token}")),
        })
    }

    /// Returns the full address of `target`, a path with its query.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.server)
    }

    /// Asks for `target`.
    ///
    /// # Errors
    /// [`Failure`]: no server, a problem that it states, or an answer that is cut off.
    pub(crate) fn get(&self, target: &str) -> Result<Answer, Failure> {
        self.ask(target, &[200])
    }

    /// Asks a node whether it is ready: an answer that says no is one too.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) fn ready(&self) -> Result<Answer, Failure> {
        self.ask("/readyz", &[200, 503])
    }

    fn ask(&self, target: &str, statuses: &[u16]) -> Result<Answer, Failure> {
        let url = self.url(target);
        let mut request = self
            .agent
            .get(&url)
            .config()
            .timeout_global(Some(REQUEST_MAX))
            .build();
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = request.call().map_err(|source| self.away(source))?;
        let body = self.body(&mut response)?;
        if !statuses.contains(&response.status().as_u16()) {
            return Err(refused(&response, &body));
        }
        Ok(Answer {
            next: next_page(&response),
            folded: folded(&response),
            body,
            url,
        })
    }

    /// Posts events and returns the verdicts, whatever they say.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) fn post_events(&self, content_type: &str, body: &[u8]) -> Result<Answer, Failure> {
        self.post(self.url("/v1/events"), content_type, body)
    }

    /// The same for events of which all are to be in the log, or none.
    ///
    /// # Errors
    /// As [`Client::post_events`].
    pub(crate) fn post_together(&self, content_type: &str, body: &[u8]) -> Result<Answer, Failure> {
        self.post(self.url("/v1/events?together=yes"), content_type, body)
    }

    fn post(&self, url: String, content_type: &str, body: &[u8]) -> Result<Answer, Failure> {
        let mut request = self
            .agent
            .post(&url)
            .config()
            .timeout_global(Some(REQUEST_MAX))
            .build()
            .header("content-type", content_type);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let mut response = request.send(body).map_err(|source| self.away(source))?;
        let body = self.body(&mut response)?;
        // 200 all are in, 207 some, 422 none, 409 a lone conflict: each with verdicts.
        let verdicts = matches!(response.status().as_u16(), 200 | 207 | 409 | 422);
        if !verdicts || !body.trim_ascii_start().starts_with(b"[") {
            return Err(refused(&response, &body));
        }
        Ok(Answer {
            folded: folded(&response),
            body,
            next: None,
            url,
        })
    }

    /// Posts JSON, or nothing, to `target`, which changes something and answers 2xx.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) fn change(&self, target: &str, body: Option<&[u8]>) -> Result<Answer, Failure> {
        let url = self.url(target);
        let mut request = self
            .agent
            .post(&url)
            .config()
            .timeout_global(Some(REQUEST_MAX))
            .build()
            .header("content-type", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send(body.unwrap_or_default());
        self.changed(url, response.map_err(|source| self.away(source))?)
    }

    /// Deletes what is at `target`.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) fn delete(&self, target: &str) -> Result<Answer, Failure> {
        let url = self.url(target);
        let mut request = self
            .agent
            .delete(&url)
            .config()
            .timeout_global(Some(REQUEST_MAX))
            .build();
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.call().map_err(|source| self.away(source))?;
        self.changed(url, response)
    }

    fn changed(&self, url: String, mut response: Response<ureq::Body>) -> Result<Answer, Failure> {
        let body = self.body(&mut response)?;
        if !response.status().is_success() {
            return Err(refused(&response, &body));
        }
        Ok(Answer {
            folded: folded(&response),
            body,
            next: None,
            url,
        })
    }

    /// Waits until the server has folded the log up to `position`, at most [`FOLD_TRIES`] times the ten
    /// seconds that it waits by itself. False when it has not.
    ///
    /// # Errors
    /// As [`Client::get`], but for a server that is busy.
    pub(crate) fn wait_folded(&self, position: u64) -> Result<bool, Failure> {
        for _ in 0..FOLD_TRIES {
            let asked = self.get(&format!("/v1/cases?limit=1&min_position={position}"));
            match asked {
                Ok(_) => return Ok(true),
                Err(Failure::Refused(problem)) if problem.slug == "position" => {}
                Err(Failure::Refused(problem)) if problem.slug == "busy" => {
                    std::thread::sleep(BUSY_WAIT);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }

    /// Opens the live stream at `target`, after the event `last_id` where one was read already.
    ///
    /// # Errors
    /// As [`Client::get`]. The reader fails when the stream is silent too long.
    pub(crate) fn stream(
        &self,
        target: &str,
        last_id: Option<&str>,
    ) -> Result<Box<dyn Read + Send>, Failure> {
        let url = self.url(target);
        let mut request = self
            .agent
            .get(&url)
            .config()
            .timeout_per_read(Some(SILENCE_MAX))
            .build()
            .header("accept", "text/event-stream");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(last_id) = last_id {
            request = request.header("last-event-id", last_id);
        }
        let mut response = request.call().map_err(|source| self.away(source))?;
        if response.status().as_u16() != 200 {
            let body = self.body(&mut response)?;
            return Err(refused(&response, &body));
        }
        let media = header(&response, "content-type").unwrap_or_default();
        if !media.starts_with("text/event-stream") {
            return Err(Failure::Answer {
                url,
                found: format!("{media:?} instead of text/event-stream"),
            });
        }
        Ok(Box::new(response.into_body().into_reader()))
    }

    fn body(&self, response: &mut Response<ureq::Body>) -> Result<Vec<u8>, Failure> {
        response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()
            .map_err(|source| self.away(source))
    }

    /// Makes the failure of a server that does not answer, or no longer.
    pub(crate) fn away(&self, source: ureq::Error) -> Failure {
        Failure::Unreachable {
            server: self.server.clone(),
            source: Box::new(source),
        }
    }
}

fn refused<B>(response: &Response<B>, body: &[u8]) -> Failure {
    Failure::Refused(Problem::of(response.status().as_u16(), body))
}

fn header<'a, B>(response: &'a Response<B>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// Returns how far the server says that it has folded the log.
fn folded<B>(response: &Response<B>) -> Option<u64> {
    header(response, "habeas-position")?.trim().parse().ok()
}

/// Finds the next page in `Link: </v1/cases?cursor=...>; rel="next"` (RFC 8288).
pub(crate) fn next_page<B>(response: &Response<B>) -> Option<String> {
    let link = header(response, "link")?;
    let (target, parameters) = link.split_once(">;")?;
    let target = target.trim().strip_prefix('<')?;
    // Only a path of this server is followed: the token goes along.
    let own = target.starts_with('/') && !target.starts_with("//");
    (own && parameters.contains("rel=\"next\"")).then(|| target.to_owned())
}
