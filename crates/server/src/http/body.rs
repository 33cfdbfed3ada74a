//! The body of a request, read within bounds: its bytes, the wait for the next of them, and what all bodies
//! that are under way hold together.
//!
//! Start at `read`.
//!
//! Never here: what a body means.

use std::pin::pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use bytes::BytesMut;
use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::problem::{Problem, Sort};

/// The most bytes of a body of events. Source: docs/reference/limits.md.
pub const EVENTS_BYTES_MAX: usize = 64 << 20;

/// The most bytes of any other body: a token, or nothing. Source: docs/reference/limits.md.
pub const OTHER_BYTES_MAX: usize = 16 << 10;

/// How long the next bytes of a body may take to come. Source: docs/reference/limits.md.
pub const WAIT_MAX: Duration = Duration::from_secs(10);

/// In so much time [`SPAN_BYTES_MIN`] of a body must come, or its end. Source: docs/reference/limits.md.
pub const SPAN: Duration = Duration::from_secs(30);

/// What must come of a body in each [`SPAN`]: half a KiB a second, less than the slowest mobile networks
/// carry. Source: docs/reference/limits.md.
pub const SPAN_BYTES_MIN: usize = 16 << 10;

/// What all bodies of events under way may hold together, in KiB. Source: docs/reference/limits.md.
pub const ALL_KIB_MAX: usize = 256 << 10;

/// What all other bodies may hold together, in KiB: anybody may send them, so that they never take the place
/// of events. Source: docs/reference/limits.md.
pub const OTHERS_KIB_MAX: usize = 16 << 10;

/// The memory for bodies.
#[derive(Debug)]
pub struct BodyMemory {
    events: Semaphore,
    others: Semaphore,
}

impl Default for BodyMemory {
    fn default() -> Self {
        Self {
            events: Semaphore::new(ALL_KIB_MAX),
            others: Semaphore::new(OTHERS_KIB_MAX),
        }
    }
}

impl BodyMemory {
    /// Returns that of a body of at most so many bytes.
    const fn of(&self, bytes_max: usize) -> &Semaphore {
        if bytes_max > OTHER_BYTES_MAX {
            &self.events
        } else {
            &self.others
        }
    }
}

/// A body that was read, and the memory it takes until it is dropped.
pub(crate) struct HeldBody<'m> {
    /// The bytes.
    pub(crate) bytes: Bytes,
    _memory: Option<SemaphorePermit<'m>>,
}

/// Reads a body of at most `bytes_max` bytes.
///
/// # Errors
/// [`Problem`]: too large (before it is read, where the head says so), cut off or too slow, and busy while
/// other bodies take the memory.
pub(crate) async fn read<'m>(
    memory: &'m BodyMemory,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<HeldBody<'m>, Problem> {
    read_within(SPAN, memory.of(bytes_max), (headers, body), bytes_max).await
}

async fn read_within<'m>(
    span_length: Duration,
    memory: &'m Semaphore,
    (headers, body): (&HeaderMap, Body),
    bytes_max: usize,
) -> Result<HeldBody<'m>, Problem> {
    let too_large = || {
        let detail = format!("the body is longer than {bytes_max} bytes");
        Problem::new(Sort::TooLarge, detail)
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
        .unwrap_or(0);
    if usize::try_from(announced).map_or(true, |bytes| bytes > bytes_max) {
        return Err(too_large());
    }
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    let mut span = pin!(tokio::time::sleep(span_length));
    let mut span_bytes = 0;
    let mut held: Option<SemaphorePermit<'m>> = None;
    let mut held_kib = 0;
    loop {
        // Parts that are there already would otherwise keep the span from ending.
        tokio::task::consume_budget().await;
        let next = tokio::select! {
            biased;
            () = &mut span => return Err(too_slow()),
            next = tokio::time::timeout(WAIT_MAX, stream.next()) => next,
        };
        let part = match next {
            Ok(None) => break,
            Ok(Some(Ok(part))) => part,
            Ok(Some(Err(_))) | Err(_) => return Err(cut_off()),
        };
        span_bytes += part.len();
        if span_bytes >= SPAN_BYTES_MIN {
            span.set(tokio::time::sleep(span_length));
            span_bytes = 0;
        }
        let length = bytes.len() + part.len();
        if length > bytes_max {
            return Err(too_large());
        }
        // Taken before the bytes are kept: what finds no memory is refused, and never waits with a part.
        let more_kib = length.div_ceil(1 << 10) - held_kib;
        let more = u32::try_from(more_kib).unwrap_or(u32::MAX);
        let permit = memory.try_acquire_many(more).map_err(|_| {
            let detail = "the bodies under way take all memory that they have together";
            Problem::new(Sort::Busy, detail)
        })?;
        match &mut held {
            Some(held) => held.merge(permit),
            None => held = Some(permit),
        }
        held_kib += more_kib;
        bytes.extend_from_slice(&part);
    }
    Ok(HeldBody {
        bytes: bytes.freeze(),
        _memory: held,
    })
}

fn cut_off() -> Problem {
    let seconds = WAIT_MAX.as_secs();
    let detail =
        format!("the body was cut off, or its next bytes took longer than {seconds} s to come");
    Problem::new(Sort::Body, detail)
}

fn too_slow() -> Problem {
    let (seconds, bytes) = (SPAN.as_secs(), SPAN_BYTES_MIN);
    let detail =
        format!("less than {bytes} bytes of the body came in {seconds} s, and not its end");
    Problem::new(Sort::Body, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sort_of(
        memory: &BodyMemory,
        parts: &[usize],
        bytes_max: usize,
    ) -> Result<usize, Sort> {
        let parts: Vec<_> = parts
            .iter()
            .map(|bytes| Ok::<_, std::io::Error>(Bytes::from(vec![0; *bytes])))
            .collect();
        let body = Body::from_stream(futures_util::stream::iter(parts));
        let read = read(memory, &HeaderMap::new(), body, bytes_max).await;
        read.map(|body| body.bytes.len())
            .map_err(|problem| problem.sort)
    }

    #[tokio::test]
    async fn a_body_is_taken_up_to_its_bound() {
        let memory = BodyMemory::default();
        assert_eq!(sort_of(&memory, &[3, 5], 8).await, Ok(8));
        assert_eq!(sort_of(&memory, &[3, 6], 8).await, Err(Sort::TooLarge));
        let mut head = HeaderMap::new();
        head.insert(header::CONTENT_LENGTH, 9.into());
        let announced = read(&memory, &head, Body::from("x"), 8).await;
        assert_eq!(announced.err().map(|p| p.sort), Some(Sort::TooLarge));
        assert_eq!(memory.others.available_permits(), OTHERS_KIB_MAX);
    }

    #[tokio::test]
    async fn bodies_share_their_memory() {
        let memory = BodyMemory {
            events: Semaphore::new(4),
            others: Semaphore::new(1),
        };
        let first = Body::from(vec![0; 3 << 10]);
        let first = read(&memory, &HeaderMap::new(), first, 1 << 20).await;
        assert_eq!(sort_of(&memory, &[1025], 1 << 20).await, Err(Sort::Busy));
        assert_eq!(sort_of(&memory, &[1024], 1 << 20).await, Ok(1024));
        let other = sort_of(&memory, &[1024], OTHER_BYTES_MAX).await;
        assert_eq!(other, Ok(1024), "others have memory of their own");
        let other = sort_of(&memory, &[1025], OTHER_BYTES_MAX).await;
        assert_eq!(other, Err(Sort::Busy));
        drop(first);
        assert_eq!(sort_of(&memory, &[4096], 1 << 20).await, Ok(4096));
    }

    #[tokio::test]
    async fn a_body_that_is_cut_off_is_a_problem() {
        let memory = BodyMemory::default();
        let parts = [
            Ok(Bytes::from_static(b"x")),
            Err(std::io::Error::other("cut")),
        ];
        let body = Body::from_stream(futures_util::stream::iter(parts));
        let read = read(&memory, &HeaderMap::new(), body, 8).await;
        assert_eq!(read.err().map(|p| p.sort), Some(Sort::Body));
    }

    #[tokio::test]
    async fn a_body_of_which_too_little_comes_is_a_problem() {
        let memory = BodyMemory::default();
        let crumbs = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::new()));
        let sent = (&HeaderMap::new(), Body::from_stream(crumbs));
        let read = read_within(Duration::from_millis(5), &memory.others, sent, 8).await;
        let problem = read.err().unwrap();
        assert_eq!(problem.sort, Sort::Body);
        assert!(
            problem.detail.starts_with("less than"),
            "{}",
            problem.detail
        );
    }
}
