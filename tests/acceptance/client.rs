//! A plain HTTP client, as a tool would have it.

use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::Value;

/// The base address and the operator's token.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    token: String,
    agent: ureq::Agent,
}

/// An answer: status, headers that tests look at, and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) content_type: Option<String>,
    /// Every header, one a line.
    pub(crate) headers: String,
    pub(crate) bytes: Vec<u8>,
    /// The body as text; what is no text is replaced. Of a workbook or a package what its parts say.
    pub(crate) text: String,
}

impl Answer {
    /// Returns the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text))
    }
}

/// The media types of what is a zip of texts.
pub(crate) const PACKED: [&str; 2] = [
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// Returns what stands in the parts of a zip, so that what is said in it can be looked for.
fn unpacked(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut text = String::new();
    for part in 0..zip.len() {
        let mut part = zip.by_index(part).expect("a part");
        text.push_str(&part.name().expect("a name"));
        text.push('\n');
        part.read_to_string(&mut text).expect("text");
        text.push('\n');
    }
    text
}

impl Client {
    pub(crate) fn new(base: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            base: base.into(),
            token: token.into(),
            agent,
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(ToOwned::to_owned)
        };
        let (status, etag, link) = (response.status().as_u16(), header("etag"), header("link"));
        let content_type = header("content-type");
        let headers = response.headers().iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let bytes = response.into_body().read_to_vec().expect("a body");
        let is_packed = content_type
            .as_deref()
            .is_some_and(|media_type| PACKED.contains(&media_type));
        Answer {
            status,
            etag,
            link,
            content_type,
            headers,
            text: if is_packed {
                unpacked(&bytes)
            } else {
                String::from_utf8_lossy(&bytes).into_owned()
            },
            bytes,
        }
    }

    /// Follows a stream without a token until `last` stands in a line; returns what it said.
    pub(crate) fn live(&self, path: &str, last: &str) -> String {
        let request = self.agent.get(format!("{}{path}", self.base));
        let response = request.header("accept", "text/event-stream").call();
        let body = response.expect("a stream").into_body();
        let mut said = String::new();
        for line in BufReader::new(body.into_reader()).lines() {
            said.push_str(&line.expect("a line"));
            said.push('\n');
            if said.ends_with("\n\n") && said.contains(last) {
                return said;
            }
        }
        panic!("{path} ended before {last}: {said}");
    }

    /// Gets a path without a token.
    pub(crate) fn public(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        Self::answer(request.call().expect("an answer"))
    }

    /// Gets a path as the operator.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("authorization", &format!("Bearer {}", self.token));
        Self::answer(request.call().expect("an answer"))
    }

    /// Gets a path with the token, and an `ETag` that is known.
    pub(crate) fn conditional(&self, path: &str, tag: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("authorization", &format!("Bearer {}", self.token));
        Self::answer(
            request
                .header("if-none-match", tag)
                .call()
                .expect("an answer"),
        )
    }

    /// Opens a stream with the token.
    pub(crate) fn stream(&self, path: &str) -> impl std::io::Read + use<> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header("authorization", &format!("Bearer {}", self.token));
        let response = request.header("accept", "text/event-stream").call();
        response.expect("a stream").into_body().into_reader()
    }

    /// Gets a path with one more header.
    pub(crate) fn with(&self, path: &str, name: &str, value: &str) -> Answer {
        let request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header(name, value);
        Self::answer(request.call().expect("an answer"))
    }

    /// Gets a path with two more headers.
    pub(crate) fn two(&self, path: &str, one: (&str, &str), other: (&str, &str)) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = request.header(one.0, one.1).header(other.0, other.1);
        Self::answer(request.call().expect("an answer"))
    }

    /// Posts events; none when the connection fails, which a crash makes it do.
    pub(crate) fn try_post(&self, content_type: &str, body: &str) -> Option<Answer> {
        let request = self.agent.post(format!("{}/v1/events", self.base));
        let request = request
            .header("authorization", &format!("Bearer {}", self.token))
            .header("content-type", content_type);
        request.send(body).ok().map(Self::answer)
    }

    /// Posts events.
    pub(crate) fn post(&self, content_type: &str, body: &str) -> Answer {
        self.try_post(content_type, body).expect("an answer")
    }

    /// Posts a body to a path, on a connection of its own: one whose body is refused unread is closed.
    pub(crate) fn post_to(&self, path: &str, content_type: &str, body: &str) -> Answer {
        let own = Self::new(&self.base, &self.token);
        let request = own.agent.post(format!("{}{path}", self.base));
        let request = request
            .header("authorization", &format!("Bearer {}", self.token))
            .header("content-type", content_type);
        Self::answer(request.send(body).expect("an answer"))
    }

    /// Posts a body with the token and these headers, on a connection of its own: one whose body is refused unread is
    /// closed.
    pub(crate) fn posted(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let own = Self::new(&self.base, &self.token);
        let mut request = own.agent.post(format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.header("authorization", &format!("Bearer {}", self.token));
        }
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        Self::answer(request.send(body).expect("an answer"))
    }

    /// Has all that the node holds signed.
    pub(crate) fn sign(&self) -> Answer {
        let request = self.agent.post(format!("{}/v1/log/checkpoint", self.base));
        let request = request.header("authorization", &format!("Bearer {}", self.token));
        Self::answer(request.send_empty().expect("an answer"))
    }

    /// Deletes what is at a path; returns the status.
    pub(crate) fn delete(&self, path: &str) -> u16 {
        let request = self.agent.delete(format!("{}{path}", self.base));
        let request = request.header("authorization", &format!("Bearer {}", self.token));
        request.call().expect("an answer").status().as_u16()
    }

    /// Posts an empty body without a token; returns the status.
    pub(crate) fn bare_post(&self, path: &str) -> u16 {
        let request = self.agent.post(format!("{}{path}", self.base));
        request.send_empty().expect("an answer").status().as_u16()
    }

    /// Sends a form as a browser does, without following where it leads.
    pub(crate) fn form(&self, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let mut request = agent.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Self::answer(request.send(form).expect("an answer"))
    }

    /// Asks as a browser without a session, with these headers, and follows nothing.
    pub(crate) fn form_get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let request = agent.get(format!("{}{path}", self.base));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        Self::answer(request.call().expect("an answer"))
    }

    /// Posts JSON lines.
    pub(crate) fn lines(&self, events: &[String]) -> Answer {
        self.post("application/jsonl", &events.join("\n"))
    }
}

/// An invented arrest.
pub(crate) struct Arrest<'a> {
    pub(crate) org: &'a str,
    pub(crate) id: &'a str,
    pub(crate) case: &'a str,
    pub(crate) person: &'a str,
    pub(crate) day: &'a str,
}

impl Arrest<'_> {
    /// Returns the event as a tool sends it.
    pub(crate) fn event(&self) -> String {
        let Self {
            org,
            id,
            case,
            person,
            day,
        } = self;
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"//{org}.example/desk","type":"habeas.arrest.v1","subject":"{org}:{case}","org":"{org}","recordedtime":"{day}T12:00:00Z","datacontenttype":"application/json","data":{{"occurred":"{day}","visibility":"public","persons":[{{"id":"{org}:{person}"}}],"rights_exercised":["expression"]}}}}"#
        )
    }
}

/// Returns the UUID with this number, so that a test can count its events.
pub(crate) fn uuid(number: u64) -> String {
    uuid::Uuid::from_u64_pair(0x0102_0304_0506_4708, 0x8000_0000_0000_0000 | number).to_string()
}
