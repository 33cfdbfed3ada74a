//! Reads a server's `/varz`: from its monitoring port by one HTTP/1.0 request, by hand, or over its
//! system account.
//!
//! Never here: https, redirects, keeping a connection.

use std::io::{Error as IoError, ErrorKind};

use async_nats::{Client, ConnectOptions, ServerAddr};
use bytes::Bytes;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::error::Error;
use crate::trust::Trust;
use crate::{limits, link};

/// Returns the `/varz` of the server at `url`: `http://host:port`, or `nats://user:password@host:port`
/// with a user of its system account.
pub(crate) async fn varz(url: &str, trust: &Trust) -> Result<Value, Error> {
    let asked = async {
        if url.starts_with("nats://") {
            ask(url, trust).await
        } else {
            get(url).await
        }
    };
    in_time(url, asked).await
}

/// Tells the server that `system`, a connection of its system account, leads to, to read its configuration again;
/// returns when it goes by it. `url`: what an error names, without the login.
pub(crate) async fn reload(system: &Client, url: &str) -> Result<(), Error> {
    let asked = async {
        let varz = request(system, "$SYS.REQ.SERVER.PING.VARZ".to_owned()).await?;
        let id = varz.pointer("/data/server_id").and_then(Value::as_str);
        let id = id.ok_or_else(|| IoError::other("the server names no server_id"))?;
        let answer = request(system, format!("$SYS.REQ.SERVER.{id}.RELOAD")).await?;
        match answer
            .pointer("/error/description")
            .or_else(|| answer.get("error"))
        {
            None | Some(Value::Null) => Ok(()),
            Some(error) => Err(IoError::other(error.to_string())),
        }
    };
    in_time(url, asked).await
}

/// Connects to the server at `url`, `nats://user:password@host:port` with a user of its system account.
pub(crate) async fn client(url: &str, trust: &Trust) -> Result<Client, Error> {
    in_time(url, connect(url, trust)).await
}

/// Waits no longer than a request may take. An error is told, a password is not.
async fn in_time<T>(
    url: &str,
    asked: impl Future<Output = Result<T, IoError>>,
) -> Result<T, Error> {
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
async fn ask(url: &str, trust: &Trust) -> Result<Value, IoError> {
    let client = connect(url, trust).await?;
    let mut answer = request(&client, "$SYS.REQ.SERVER.PING.VARZ".to_owned()).await?;
    Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
}

async fn connect(url: &str, trust: &Trust) -> Result<Client, IoError> {
    let address: ServerAddr = url.parse().map_err(IoError::other)?;
    let options = link::with_login(ConnectOptions::new(), Some(&address));
    let options = trust.apply(options).map_err(IoError::other)?;
    options.connect(address).await.map_err(IoError::other)
}

async fn request(client: &Client, subject: String) -> Result<Value, IoError> {
    let answer = client.request(subject, Bytes::new());
    let answer = answer.await.map_err(IoError::other)?;
    Ok(serde_json::from_slice(&answer.payload)?)
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
