//! Reads a server's `/varz`: from its monitoring port by one HTTP/1.0 request, by hand, or over its
//! system account.
//!
//! Never here: https, redirects, keeping a connection.

use std::io::{Error as IoError, ErrorKind};

use async_nats::{ConnectOptions, ServerAddr};
use bytes::Bytes;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::error::Error;
use crate::{limits, link};

/// Returns the `/varz` of the server at `url`: `http://host:port`, or `nats://user:password@host:port`
/// with a user of its system account.
pub(crate) async fn varz(url: &str) -> Result<Value, Error> {
    let asked = async {
        if url.starts_with("nats://") {
            ask(url).await
        } else {
            get(url).await
        }
    };
    // An error is told, a password is not.
    let shown = url.rsplit_once('@').map_or(url, |(_, host)| host);
    timeout(limits::REQUEST_TIMEOUT, asked)
        .await
        .unwrap_or_else(|_| Err(IoError::from(ErrorKind::TimedOut)))
        .map_err(|source| Error::Monitor {
            url: shown.to_owned(),
            source,
        })
}

/// Asks over the system account. Source: NATS documentation, System Events, `$SYS.REQ.SERVER.PING`.
async fn ask(url: &str) -> Result<Value, IoError> {
    let address: ServerAddr = url.parse().map_err(IoError::other)?;
    let options = link::with_login(ConnectOptions::new(), Some(&address));
    let client = options.connect(address).await.map_err(IoError::other)?;
    let answer = client.request("$SYS.REQ.SERVER.PING.VARZ", Bytes::new());
    let answer = answer.await.map_err(IoError::other)?;
    let mut answer: Value = serde_json::from_slice(&answer.payload)?;
    Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
}

async fn get(url: &str) -> Result<Value, IoError> {
    let invalid = |text: &'static str| IoError::new(ErrorKind::InvalidData, text);
    let host = url
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'))
        .ok_or_else(|| invalid("address does not begin with http://"))?;
    let mut stream = TcpStream::connect(host).await?;
    let request = format!("GET /varz HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream
        .take(limits::MONITOR_BYTES_MAX)
        .read_to_end(&mut answer)
        .await?;
    body(&answer)
        .and_then(|body| serde_json::from_slice(body).ok())
        .ok_or_else(|| invalid("answer is not HTTP 200 with JSON"))
}

/// Returns the body of an HTTP answer whose status is 200.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, rest) = answer.split_at_checked(end)?;
    let status = head.split(|byte| *byte == b' ').nth(1)?;
    (status == b"200").then(|| rest.get(4..)).flatten()
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn only_a_200_has_a_body() {
        assert_eq!(body(b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n{}"), Some(&b"{}"[..]));
        assert_eq!(body(b"HTTP/1.0 404 Not Found\r\n\r\n{}"), None);
        assert_eq!(body(b"HTTP/1.0 200 OK\r\n"), None);
        assert_eq!(body(b""), None);
    }
}
