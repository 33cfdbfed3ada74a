//! Messages of JSON-RPC 2.0, and what the protocol asks of each request beside its method.
//!
//! Start at [`Message::read`] and [`check`]. Source: Model Context Protocol 2026-07-28, basic/index and
//! basic/transports/streamable-http.
//!
//! Never here: what a method does.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The revision of the protocol that is spoken.
pub(super) const VERSION: &str = "2026-07-28";

const VERSION_FIELD: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_FIELD: &str = "io.modelcontextprotocol/clientCapabilities";

const VERSION_HEADER: &str = "mcp-protocol-version";
const METHOD_HEADER: &str = "mcp-method";
const NAME_HEADER: &str = "mcp-name";

/// The method by which revisions before this one begin a session.
const HANDSHAKE: &str = "initialize";

const PARSE_ERROR: i32 = -32_700;
const INVALID_REQUEST: i32 = -32_600;
const METHOD_NOT_FOUND: i32 = -32_601;
const INVALID_PARAMS: i32 = -32_602;
const HEADER_MISMATCH: i32 = -32_020;
const UNSUPPORTED_VERSION: i32 = -32_022;

/// A message of a client.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// One that is answered.
    Request {
        /// By what the answer is found: a text or a whole number.
        id: Value,
        /// What is asked.
        method: String,
        /// With what.
        params: Value,
    },
    /// One that is not.
    Notification,
}

/// Why a message is not answered as it asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    code: i32,
    message: String,
    more: Option<Value>,
}

impl Refusal {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            more: None,
        }
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(INVALID_REQUEST, message)
    }

    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, message)
    }

    pub(super) fn unknown_method(method: &str) -> Self {
        Self::new(METHOD_NOT_FOUND, format!("there is no method {method:?}"))
    }

    fn mismatch(message: impl Into<String>) -> Self {
        Self::new(HEADER_MISMATCH, message)
    }

    fn unsupported(requested: &str) -> Self {
        let message =
            format!("unsupported protocol version {requested:?}: {VERSION} is spoken here");
        Self {
            more: Some(json!({"supported": [VERSION], "requested": requested})),
            ..Self::new(UNSUPPORTED_VERSION, message)
        }
    }

    /// Returns the status with which it is answered.
    pub(super) const fn status(&self) -> StatusCode {
        if self.code == METHOD_NOT_FOUND {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        }
    }

    /// Answers with it; `id` is that of the request where it could be read.
    pub(super) fn answer(self, status: StatusCode, id: Option<Value>) -> Response {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(more) = self.more {
            set(&mut error, "data", more);
        }
        let mut message = json!({"jsonrpc": "2.0", "error": error});
        if let Some(id) = id {
            set(&mut message, "id", id);
        }
        sent(status, &message)
    }
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Refusal`]: no JSON, or no request or notification of JSON-RPC 2.0.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let message: Value = serde_json::from_slice(bytes)
            .map_err(|error| Refusal::new(PARSE_ERROR, format!("the body is no JSON: {error}")))?;
        if message.is_array() {
            return Err(Refusal::invalid_request(
                "the body is a list, but must be one message",
            ));
        }
        let method = member(&message, "method").as_str();
        let Some(method) = method.filter(|_| member(&message, "jsonrpc") == "2.0") else {
            let detail = "the body must be a request of JSON-RPC 2.0, with jsonrpc and method";
            return Err(Refusal::invalid_request(detail));
        };
        let params = match message.get("params") {
            None => json!({}),
            Some(params) if params.is_object() => params.clone(),
            Some(_) => return Err(Refusal::invalid_request("params must be an object")),
        };
        match message.get("id") {
            None => Ok(Self::Notification),
            Some(id) if id.is_string() || id.is_i64() || id.is_u64() => Ok(Self::Request {
                id: id.clone(),
                method: method.to_owned(),
                params,
            }),
            Some(_) => Err(Refusal::invalid_request(
                "id must be a text or a whole number",
            )),
        }
    }
}

/// Returns a member of an object; `null` where there is none.
pub(super) fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// Sets a member of an object.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Answers with a message.
pub(super) fn sent(status: StatusCode, message: &Value) -> Response {
    let mut response = (status, message.to_string()).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Holds a request against what every one must say: the revision, and in headers what its body says.
///
/// # Errors
/// [`Refusal`] of another revision, which names the one that is spoken; of a field that is missing; of a header that
/// is missing or differs.
pub(super) fn check(headers: &HeaderMap, method: &str, params: &Value) -> Result<(), Refusal> {
    let said = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    if method == HANDSHAKE {
        let requested = member(params, "protocolVersion")
            .as_str()
            .unwrap_or_default();
        return Err(Refusal::unsupported(requested));
    }
    let Some(version) = said(VERSION_HEADER) else {
        let detail = format!("the header MCP-Protocol-Version must stand once: {VERSION}");
        return Err(Refusal::mismatch(detail));
    };
    if version != VERSION {
        return Err(Refusal::unsupported(version));
    }
    let fields = &member(params, "_meta");
    match member(fields, VERSION_FIELD).as_str() {
        Some(VERSION) => {}
        Some(other) => {
            let detail = format!("MCP-Protocol-Version is {VERSION}, but _meta says {other:?}");
            return Err(Refusal::mismatch(detail));
        }
        None => {
            let detail = format!("params._meta must say {VERSION_FIELD}");
            return Err(Refusal::invalid_params(detail));
        }
    }
    if !member(fields, CAPABILITIES_FIELD).is_object() {
        let detail = format!("params._meta must say {CAPABILITIES_FIELD}");
        return Err(Refusal::invalid_params(detail));
    }
    agrees("Mcp-Method", said(METHOD_HEADER), method)?;
    if method == "tools/call" {
        let name = member(params, "name").as_str().unwrap_or_default();
        let named = said(NAME_HEADER).and_then(plain);
        agrees("Mcp-Name", named.as_deref(), name)?;
    }
    Ok(())
}

fn agrees(name: &str, said: Option<&str>, right: &str) -> Result<(), Refusal> {
    match said {
        Some(said) if said == right => Ok(()),
        Some(said) => Err(Refusal::mismatch(format!(
            "{name} is {said:?}, but the body says {right:?}"
        ))),
        None => Err(Refusal::mismatch(format!(
            "the header {name} must stand once: {right:?}"
        ))),
    }
}

/// Returns the text of a header that may be in Base64; none of one that is not right.
fn plain(text: &str) -> Option<String> {
    let coded = text.strip_prefix("=?base64?");
    match coded.and_then(|coded| coded.strip_suffix("?=")) {
        None => Some(text.to_owned()),
        Some(coded) => String::from_utf8(STANDARD.decode(coded).ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(headers: &[(&'static str, &'static str)], method: &str, params: &Value) -> i32 {
        let mut set = HeaderMap::new();
        for (name, value) in headers {
            set.append(*name, HeaderValue::from_static(value));
        }
        check(&set, method, params).map_or_else(|refusal| refusal.code, |()| 0)
    }

    #[test]
    fn a_request_says_its_revision_and_the_same_in_headers_and_body() {
        let with = |version: &str| json!({"name": "figure", "_meta": {VERSION_FIELD: version, CAPABILITIES_FIELD: {}}});
        let (spoken, other) = (
            ("mcp-protocol-version", VERSION),
            ("mcp-protocol-version", "2025-11-25"),
        );
        let (list, call) = (("mcp-method", "tools/list"), ("mcp-method", "tools/call"));
        let right = with(VERSION);
        for (headers, method, params, expected) in [
            (&[spoken, list][..], "tools/list", &right, 0),
            (
                &[spoken, call, ("mcp-name", "figure")],
                "tools/call",
                &right,
                0,
            ),
            (
                &[spoken, call, ("mcp-name", "=?base64?ZmlndXJl?=")],
                "tools/call",
                &right,
                0,
            ),
            (
                &[spoken, call, ("mcp-name", "why")],
                "tools/call",
                &right,
                HEADER_MISMATCH,
            ),
            (&[spoken, call], "tools/call", &right, HEADER_MISMATCH),
            (&[spoken, call], "tools/list", &right, HEADER_MISMATCH),
            (&[spoken, list, list], "tools/list", &right, HEADER_MISMATCH),
            (&[list], "tools/list", &right, HEADER_MISMATCH),
            (&[other, list], "tools/list", &right, UNSUPPORTED_VERSION),
            (
                &[spoken, list],
                "tools/list",
                &with("2025-11-25"),
                HEADER_MISMATCH,
            ),
            (&[spoken, list], "tools/list", &json!({}), INVALID_PARAMS),
            (
                &[],
                "initialize",
                &json!({"protocolVersion": "2025-06-18"}),
                UNSUPPORTED_VERSION,
            ),
        ] {
            assert_eq!(
                code(headers, method, params),
                expected,
                "{headers:?} {method} {params}"
            );
        }
    }

    #[test]
    fn a_message_is_one_request_or_notification() {
        let code = |text: &str| match Message::read(text.as_bytes()) {
            Ok(Message::Request { .. }) => 1,
            Ok(Message::Notification) => 2,
            Err(refusal) => refusal.code,
        };
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, 1),
            (r#"{"jsonrpc":"2.0","id":"a","method":"x","params":{}}"#, 1),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
                2,
            ),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"x"}"#,
                INVALID_REQUEST,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1.5,"method":"x"}"#,
                INVALID_REQUEST,
            ),
            (r#"{"jsonrpc":"1.0","id":1,"method":"x"}"#, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, INVALID_REQUEST),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"x","params":[]}"#,
                INVALID_REQUEST,
            ),
            (
                r#"[{"jsonrpc":"2.0","id":1,"method":"x"}]"#,
                INVALID_REQUEST,
            ),
            ("{", PARSE_ERROR),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}
