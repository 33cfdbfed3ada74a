//! HTTP for a witness: two paths, small bodies, one thread a connection.
//!
//! Source: RFC 9112, as much of it as a witness's clients use; C2SP tlog-witness for the statuses.
//!
//! Never here: what is cosigned (`state`).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proof::witness::{Refusal, SIZE_MEDIA_TYPE};

use super::state::{Denied, Witness};

/// Connections at once; more are closed at once.
const CONNECTIONS_MAX: usize = 64;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: u64 = 16 << 10;
/// Bytes of a request's body: 63 hashes and a note of 100 signatures, with room.
const BODY_BYTES_MAX: usize = 128 << 10;
/// How long a connection may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Answers for as long as the process lives.
pub(super) fn serve(listener: &TcpListener, witness: &Arc<Witness>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
            open.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (witness, open) = (Arc::clone(witness), Arc::clone(&open));
        std::thread::spawn(move || {
            // A client that goes away is no concern of the others.
            connection(&stream, &witness).unwrap_or_default();
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// Answers the requests of one connection, until it ends or is told to.
fn connection(stream: &TcpStream, witness: &Witness) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    let mut reader = BufReader::new(stream);
    loop {
        let Some(head) = head(&mut reader)? else {
            return Ok(());
        };
        let (answer, goes_on) = match head {
            Err(answer) => (answer, false),
            Ok(head) if head.length > BODY_BYTES_MAX => (Answer::text(413, "too large"), false),
            Ok(head) => {
                if head.waits {
                    (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                }
                let mut body = vec![0; head.length];
                reader.read_exact(&mut body)?;
                (route(&head, &body, witness), !head.closes)
            }
        };
        answer.write(stream, goes_on)?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// What stands before a body.
struct Head {
    method: String,
    path: String,
    length: usize,
    closes: bool,
    waits: bool,
}

/// Reads a head; none when the connection ended.
fn head(reader: &mut impl BufRead) -> io::Result<Option<Result<Head, Answer>>> {
    let mut bounded = reader.take(HEAD_BYTES_MAX);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if bounded.read_line(&mut line)? == 0 {
            let ended = lines.is_empty() && line.is_empty();
            let wrong = Answer::text(400, "the head is cut short, or longer than 16 KiB");
            return Ok((!ended).then_some(Err(wrong)));
        }
        match line.trim_end_matches(['\r', '\n']) {
            "" if lines.is_empty() => {}
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    Ok(Some(read_head(&lines)))
}

fn read_head(lines: &[String]) -> Result<Head, Answer> {
    let wrong = |what| Answer::text(400, what);
    let (first, rest) = lines
        .split_first()
        .ok_or_else(|| wrong("no request line"))?;
    let words: Vec<_> = first.split(' ').collect();
    let [method, path, version] = words.as_slice() else {
        return Err(wrong("not a request line of HTTP/1.1"));
    };
    let mut head = Head {
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        length: 0,
        closes: *version != "HTTP/1.1",
        waits: false,
    };
    let mut length = None;
    for line in rest {
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("not a header"))?;
        let value = value.trim().to_ascii_lowercase();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let read = value.parse().ok().filter(|_| length.is_none());
                length = Some(read.ok_or_else(|| wrong("not one Content-Length"))?);
            }
            "transfer-encoding" => return Err(Answer::text(411, "Content-Length is needed")),
            "connection" => head.closes |= value.contains("close"),
            "expect" => head.waits = value == "100-continue",
            _ => {}
        }
    }
    head.length = length.unwrap_or(0);
    Ok(head)
}

/// An answer to be sent.
struct Answer {
    status: u16,
    media_type: &'static str,
    body: Vec<u8>,
}

impl Answer {
    fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            media_type: "text/plain; charset=utf-8",
            body: format!("{text}\n").into_bytes(),
        }
    }

    fn write(&self, mut stream: &TcpStream, goes_on: bool) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            411 => "Length Required",
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            _ => "Internal Server Error",
        };
        let ends = if goes_on { "" } else { "Connection: close\r\n" };
        let mut bytes = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{ends}\r\n",
            self.status,
            self.media_type,
            self.body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(&self.body);
        stream.write_all(&bytes)
    }
}

fn route(head: &Head, body: &[u8], witness: &Witness) -> Answer {
    let latest = head.path.strip_prefix('/').filter(|path| is_latest(path));
    match (head.method.as_str(), head.path.as_str(), latest) {
        ("POST", "/add-checkpoint", _) => add(body, witness),
        ("GET", _, Some(path)) => match witness.shown(path) {
            Ok(Some(body)) => Answer {
                status: 200,
                media_type: "text/plain; charset=utf-8",
                body,
            },
            Ok(None) => Answer::text(404, "nothing was cosigned for this log"),
            Err(_) => Answer::text(500, "the memory could not be read"),
        },
        (_, "/add-checkpoint", _) => Answer::text(405, "POST is needed"),
        _ => Answer::text(
            404,
            "there are POST /add-checkpoint and GET /<hash>/checkpoint",
        ),
    }
}

/// Whether a path is a hash in 64 hexadecimal digits and `checkpoint`.
fn is_latest(path: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    path.strip_suffix("/checkpoint")
        .is_some_and(|hash| hash.len() == 64 && hash.bytes().all(is_digit))
}

fn add(body: &[u8], witness: &Witness) -> Answer {
    let Ok(body) = str::from_utf8(body) else {
        return Answer::text(400, "not UTF-8");
    };
    match witness.add(body) {
        Ok(line) => Answer {
            status: 200,
            media_type: "text/plain; charset=utf-8",
            body: line.into_bytes(),
        },
        Err(Denied::Failed(error)) => {
            eprintln!("habeas: the witness's memory failed: {error}");
            Answer::text(500, "the memory could not be kept")
        }
        Err(Denied::Refused(refusal)) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Answer {
    let status = match refusal {
        Refusal::Malformed(_) | Refusal::Sizes => 400,
        Refusal::UnknownLog => 404,
        Refusal::Unsigned => 403,
        Refusal::Inconsistent(_) => 422,
        Refusal::Stale { size } => {
            return Answer {
                status: 409,
                media_type: SIZE_MEDIA_TYPE,
                body: format!("{size}\n").into_bytes(),
            };
        }
    };
    Answer::text(status, &refusal.to_string())
}
