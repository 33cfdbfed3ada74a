//! Witnesses: asked over HTTP to cosign a checkpoint (C2SP tlog-witness), each for itself.
//!
//! A witness that does not answer, or refuses, is named in the log and asked again with the next
//! checkpoint; nothing waits for it.
//!
//! Never here: what a witness checks (crate `proof`), and keeping the notes.

use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use event::Position;
use proof::witness::{AddCheckpoint, read_cosignatures};
use proof::{Note, Policy, Witness};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::steps::Held;

/// How long one witness may take.
const WAIT: Duration = Duration::from_secs(10);

/// The most bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// How often one witness is asked: it may name the size it knows once.
const TRIES: usize = 2;

/// Asks the policy's witnesses, all at once, and returns the note with what they add.
pub(super) async fn ask(policy: &Policy, archive: &Arc<Archive>, held: Held) -> Note {
    let mut note = held.note.clone();
    let asked = policy.witnesses().iter().filter(|w| w.url.is_some());
    let answers = asked.map(|witness| async {
        match tokio::time::timeout(WAIT, one(witness, archive, &held)).await {
            Ok(Ok(answered)) => Some(answered),
            Ok(Err(why)) => {
                tracing::warn!(
                    witness = witness.name,
                    error = why,
                    "witness did not cosign"
                );
                None
            }
            Err(_too_late) => {
                tracing::warn!(witness = witness.name, "witness did not answer in time");
                None
            }
        }
    });
    for answered in futures_util::future::join_all(answers)
        .await
        .into_iter()
        .flatten()
    {
        answered
            .lines()
            .iter()
            .for_each(|line| note.add(line.clone()));
    }
    note
}

/// Asks one witness and returns the note with its lines, checked.
async fn one(witness: &Witness, archive: &Archive, held: &Held) -> Result<Note, String> {
    let url = witness.url.as_deref().unwrap_or_default();
    // What it knows is not kept here: it is told nothing, and answers with its size where it has one.
    let mut old = Position::ZERO;
    for _ in 0..TRIES {
        let path = archive
            .consistency(old, held.size)
            .map_err(|e| e.to_string())?;
        let request = AddCheckpoint {
            old: old.get(),
            path,
            checkpoint: held.note.clone(),
        };
        let (status, body) = post(url, &request.to_string()).await?;
        match status {
            200 => {
                let lines = read_cosignatures(&body).map_err(|error| error.to_string())?;
                let mut note = held.note.clone();
                let by_it = lines.into_iter().filter(|line| line.is_by(&witness.key));
                by_it.for_each(|line| note.add(line));
                note.check(&[&witness.key])
                    .map_err(|error| error.to_string())?;
                return Ok(note);
            }
            409 => {
                let size = body
                    .trim()
                    .parse()
                    .map_err(|_| "409 without a size".to_owned())?;
                old = Position::new(size);
            }
            other => return Err(format!("answered with {other}")),
        }
    }
    Err("it knows another size each time".into())
}

/// Posts to `<url>/add-checkpoint` and returns the status and body. One request, one connection.
async fn post(url: &str, body: &str) -> Result<(u16, String), String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("its address must begin with http://; put a proxy before one with TLS")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let path = path.trim_end_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    let failed = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    let request = format!(
        "POST {slash}{path}/add-checkpoint HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain; \
         charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.map_err(failed)?;
    let mut answer = Vec::new();
    let mut limited = stream.take(ANSWER_BYTES_MAX);
    limited.read_to_end(&mut answer).await.map_err(failed)?;
    read_answer(&answer).ok_or_else(|| "its answer is not HTTP".to_owned())
}

/// Reads an answer of HTTP/1.1 on a connection that was closed after it.
fn read_answer(answer: &[u8]) -> Option<(u16, String)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let chunked = head
        .lines()
        .any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
    if !chunked {
        return Some((status, body.to_owned()));
    }
    let (mut whole, mut rest) = (String::new(), body);
    loop {
        let (length, after) = rest.split_once("\r\n")?;
        let length = usize::from_str_radix(length.trim(), 16).ok()?;
        if length == 0 {
            return Some((status, whole));
        }
        whole.push_str(after.get(..length)?);
        rest = after.get(length..)?.strip_prefix("\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::read_answer;

    #[test]
    fn answers_are_read_whole_and_in_chunks() {
        let plain = b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n\r\n12\n";
        assert_eq!(read_answer(plain), Some((409, "12\n".into())));
        let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd\n\r\n0\r\n\r\n";
        assert_eq!(read_answer(chunks), Some((200, "abcd\n".into())));
        for cut in [
            &b""[..],
            b"HTTP/1.1 200 OK",
            b"200 OK\r\n\r\n",
            &chunks[..60],
        ] {
            assert_eq!(read_answer(cut), None);
        }
    }
}
