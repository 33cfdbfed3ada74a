//! The body of a request, read within bounds: its bytes, the wait for the next of them, and what all bodies
//! that are under way hold together.
//!
//! Start at `read`.
//!
//! Never here: what a body means.

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

/// What all bodies under way may hold together, in KiB. Source: docs/reference/limits.md.
pub const ALL_KIB_MAX: usize = 256 << 10;

/// The memory for bodies.
#[derive(Debug)]
pub struct BodyMemory(Semaphore);

impl Default for BodyMemory {
    fn default() -> Self {
        Self(Semaphore::new(ALL_KIB_MAX))
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
    let mut held: Option<SemaphorePermit<'m>> = None;
    let mut held_kib = 0;
    loop {
        let next = tokio::time::timeout(WAIT_MAX, stream.next()).await;
        let part = match next {
            Ok(None) => break,
            Ok(Some(Ok(part))) => part,
            Ok(Some(Err(_))) | Err(_) => {
                let seconds = WAIT_MAX.as_secs();
                let detail = format!(
                    "the body was cut off, or its next bytes took longer than {seconds} s to come"
                );
                return Err(Problem::new(Sort::Body, detail));
            }
        };
        let length = bytes.len() + part.len();
        if length > bytes_max {
            return Err(too_large());
        }
        // Taken before the bytes are kept: what finds no memory is refused, and never waits with a part.
        let more_kib = length.div_ceil(1 << 10) - held_kib;
        let more = u32::try_from(more_kib).unwrap_or(u32::MAX);
        let permit = memory.0.try_acquire_many(more).map_err(|_| {
            let detail = format!("bodies under way take {ALL_KIB_MAX} KiB, which is the most");
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
        assert_eq!(memory.0.available_permits(), ALL_KIB_MAX);
    }

    #[tokio::test]
    async fn bodies_share_their_memory() {
        let memory = BodyMemory(Semaphore::new(4));
        let first = Body::from(vec![0; 3 << 10]);
        let first = read(&memory, &HeaderMap::new(), first, 1 << 20).await;
        assert_eq!(sort_of(&memory, &[1025], 1 << 20).await, Err(Sort::Busy));
        assert_eq!(sort_of(&memory, &[1024], 1 << 20).await, Ok(1024));
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
}
