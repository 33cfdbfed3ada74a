//! The thread that reads a stream, and the one that waits for Ctrl-C.
//!
//! Never here: what is done with what they tell.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use crate::client::{Client, Failure, Target, sse};

/// What the threads tell.
#[derive(Debug)]
pub(super) enum StreamMessage {
    /// The server answers.
    Opened,
    /// One event of the stream.
    Event(sse::Event),
    /// The stream ended, or never began: the last that its thread tells.
    Lost(Failure),
    /// Someone pressed Ctrl-C.
    Stop,
}

/// Bytes read at once.
const PIECE_BYTES: usize = 16 << 10;

/// Reads one stream in a thread of its own.
pub(super) fn start(
    client: Arc<Client>,
    target: Target,
    last_id: Option<String>,
    told: SyncSender<StreamMessage>,
) {
    std::thread::spawn(move || {
        let failure = read(&client, &target, last_id.as_deref(), &told);
        // Nobody is left to tell when the command has ended.
        told.send(StreamMessage::Lost(failure)).unwrap_or_default();
    });
}

/// Reads until the stream ends, and returns why it did.
fn read(
    client: &Client,
    target: &Target,
    last_id: Option<&str>,
    told: &SyncSender<StreamMessage>,
) -> Failure {
    let mut stream = match client.stream(target.as_str(), last_id) {
        Ok(stream) => stream,
        Err(failure) => return failure,
    };
    let ended = |source: std::io::Error| client.away(ureq::Error::Io(source));
    if told.send(StreamMessage::Opened).is_err() {
        return ended(std::io::ErrorKind::BrokenPipe.into());
    }
    let mut parser = sse::Parser::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let bytes = match stream.read(&mut piece) {
            Ok(0) => return ended(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return ended(error),
        };
        let events = match parser.push(piece.get(..bytes).unwrap_or_default()) {
            Ok(events) => events,
            Err(error) => {
                return Failure::Answer {
                    url: client.url(target.as_str()),
                    found: error.to_string(),
                };
            }
        };
        for event in events {
            if told.send(StreamMessage::Event(event)).is_err() {
                return ended(std::io::ErrorKind::BrokenPipe.into());
            }
        }
    }
}

/// The status of a process that a second Ctrl-C ends at once: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// Tells the first Ctrl-C; a second one ends the process, should the output be stuck.
///
/// Where signals cannot be had, Ctrl-C ends the process as it always does.
pub(super) fn on_interrupt(told: SyncSender<StreamMessage>) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else {
            return;
        };
        if runtime.block_on(tokio::signal::ctrl_c()).is_err() {
            return;
        }
        let second = std::thread::spawn(move || {
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                std::process::exit(INTERRUPTED);
            }
        });
        told.send(StreamMessage::Stop).unwrap_or_default();
        drop(second);
    });
}
