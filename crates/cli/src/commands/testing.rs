//! A server of a few lines on the loopback, and a terminal whose streams can be read back.
//!
//! The server gives one answer a connection, in order, and ends; it never sleeps.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread::JoinHandle;

use audit::fixture::Files;
use event::Instant;

use crate::terminal::{Screen, Terminal};

/// What one connection was sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The request line and the headers, in small letters but for the request line.
    pub(crate) head: Vec<String>,
    /// The body.
    pub(crate) body: String,
}

impl Request {
    /// Returns a header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .iter()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// A server that has a number of answers to give.
pub(crate) struct Server {
    /// Its address.
    pub(crate) url: String,
    thread: JoinHandle<Vec<Request>>,
}

impl Server {
    /// Gives each connection the next of `answers`.
    pub(crate) fn new(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            answers
                .iter()
                .map(|answer| {
                    let (mut stream, _) = listener.accept().unwrap();
                    let request = request(&mut BufReader::new(&stream));
                    stream.write_all(answer.as_bytes()).unwrap();
                    request
                })
                .collect()
        });
        Self { url, thread }
    }

    /// Returns what it was sent, once every answer is given.
    pub(crate) fn requests(self) -> Vec<Request> {
        self.thread.join().unwrap()
    }
}

fn request(reader: &mut impl BufRead) -> Request {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let line = match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
            None => line.to_owned(),
        };
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    Request { head, body }
}

/// Makes an answer; `headers` are lines that end with CRLF.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
}

/// Makes a problem document's answer.
pub(crate) fn problem(status: u16, slug: &str, detail: &str) -> String {
    let body = format!(
        r#"{{"type":"/problems/{slug}","title":"the title","status":{status},"detail":"{detail}"}}"#
    );
    answer(status, "Content-Type: application/problem+json\r\n", &body)
}

/// What a command left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommandOutput {
    /// The exit status.
    pub(crate) status: u8,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// The time at every terminal: 2020-12-15T00:00:00Z.
pub(crate) fn midnight() -> Instant {
    Instant::parse("2020-12-15T00:00:00Z").unwrap().0
}

/// Does something at a terminal whose standard input holds `input`, and returns what it wrote.
pub(crate) fn at_terminal<T>(
    input: &str,
    screen: Option<Screen>,
    act: impl FnOnce(&mut Terminal<'_>) -> T,
) -> (T, String, String) {
    let (mut input, mut out, mut err) = (input.as_bytes(), Vec::new(), Vec::new());
    let done = act(&mut Terminal {
        input: &mut input,
        typed: false,
        out: &mut out,
        err: &mut err,
        screen,
        clock: midnight,
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done, text(out), text(err))
}

/// Runs `habeas` with `args` against a server, whose address shows as `http://SERVER`.
pub(crate) fn habeas(
    server: &str,
    args: &[&str],
    input: &str,
    screen: Option<Screen>,
) -> CommandOutput {
    let begin = ["habeas", "--server", server];
    let args = begin.iter().chain(args);
    let args = args.map(std::ffi::OsString::from);
    let (exit, out, err) = at_terminal(input, screen, |terminal| crate::run(args, terminal));
    let hide = |text: String| text.replace(server, "http://SERVER");
    CommandOutput {
        status: exit.status(),
        out: hide(out),
        err: hide(err),
    }
}

/// Writes the files of a log into a folder.
pub(crate) fn write_files(folder: &Path, files: &Files) {
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
