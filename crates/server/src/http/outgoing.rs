//! Answers on their way to their readers: in slices, within the memory that all of them have together.
//!
//! Start at `charge`. A reader who takes an answer slowly holds all of it; so what the answers under way
//! hold is counted until the last slice is taken, and one that finds no memory is refused.
//!
//! Never here: what is answered, and how long a reader may take (see `patience`).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::problem::{Problem, Sort};

/// What the answers under way may hold together, in KiB. Source: docs/reference/limits.md.
pub const ALL_KIB_MAX: usize = 256 << 10;

/// Up to so many bytes an answer is not counted: what a connection may hold of any answer.
/// Source: docs/reference/limits.md.
pub const SLICE_BYTES: usize = super::connections::BUFFER_BYTES;

/// The memory for answers.
#[derive(Debug)]
pub struct AnswerMemory(Arc<Semaphore>);

impl Default for AnswerMemory {
    fn default() -> Self {
        Self::of_kib(ALL_KIB_MAX)
    }
}

impl AnswerMemory {
    fn of_kib(kib: usize) -> Self {
        Self(Arc::new(Semaphore::new(kib)))
    }

    /// Takes the memory for an answer of so many bytes; none where other answers have it.
    fn take(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes.div_ceil(1 << 10)).ok()?;
        self.0.clone().try_acquire_many_owned(kib).ok()
    }

    /// Sends a body in slices, and holds its memory until it is taken.
    ///
    /// # Errors
    /// [`Problem`]: busy, where other answers have the memory.
    fn slice(&self, body: Body) -> Result<Body, Problem> {
        // A stream has no length; what waits of it is one chunk.
        let bytes = body.size_hint().exact().unwrap_or(0);
        let counted = usize::try_from(bytes).map_or(true, |bytes| bytes > SLICE_BYTES);
        let memory = if counted {
            let taken = self.take(bytes);
            let memory = taken.ok_or_else(|| {
                let kib = bytes.div_ceil(1 << 10);
                let detail = format!(
                    "the answer takes {kib} KiB, and answers under way have {ALL_KIB_MAX} KiB together"
                );
                Problem::new(Sort::Busy, detail)
            });
            Some(memory?)
        } else {
            None
        };
        Ok(Body::new(Slices {
            body,
            rest: Bytes::new(),
            _memory: memory,
        }))
    }
}

/// Sends an answer in slices, where there is memory for it.
pub(super) async fn charge(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    match app.bounds.outgoing.slice(body) {
        Ok(body) => Response::from_parts(parts, body),
        Err(problem) => problem.into_response(),
    }
}

/// A body whose parts are sent in slices.
struct Slices {
    body: Body,
    /// What is left of the part that is being sent.
    rest: Bytes,
    _memory: Option<OwnedSemaphorePermit>,
}

impl http_body::Body for Slices {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(part) => self.rest = part,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let length = self.rest.len().min(SLICE_BYTES);
        let slice = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let of_body = self.body.size_hint();
        match of_body.exact() {
            Some(exact) => SizeHint::with_exact(exact.saturating_add(rest)),
            None => of_body,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn an_answer_is_sent_whole_in_slices_and_gives_its_memory_back_at_its_end() {
        let memory = AnswerMemory::of_kib(200);
        let whole: Vec<u8> = (0..150 << 10).map(|at: u32| at.to_le_bytes()[0]).collect();
        let body = memory.slice(Body::from(whole.clone())).unwrap();
        assert_eq!(body.size_hint().exact(), Some(150 << 10));
        let mut slices = body.into_data_stream();
        let mut taken = Vec::new();
        while let Some(slice) = slices.next().await {
            let slice = slice.unwrap();
            assert!(slice.len() <= SLICE_BYTES);
            taken.extend_from_slice(&slice);
            assert_eq!(memory.0.available_permits(), 50, "while it is under way");
        }
        assert!(taken == whole, "what is sent is the answer");
        drop(slices);
        assert_eq!(memory.0.available_permits(), 200);
    }

    #[tokio::test]
    async fn answers_share_their_memory_and_small_ones_need_none() {
        let memory = AnswerMemory::of_kib(100);
        let first = memory.slice(Body::from(vec![0; 70 << 10])).unwrap();
        let refused = memory.slice(Body::from(vec![0; 70 << 10]));
        assert_eq!(refused.err().map(|problem| problem.sort), Some(Sort::Busy));
        assert!(memory.slice(Body::from(vec![0; SLICE_BYTES])).is_ok());
        // A reader who leaves gives it back too.
        drop(first);
        assert!(memory.slice(Body::from(vec![0; 70 << 10])).is_ok());
    }
}
