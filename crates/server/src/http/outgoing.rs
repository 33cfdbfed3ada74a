//! Answers on their way to their readers: in slices, within the memory that all of them have together.
//!
//! Start at `charge`. A reader who takes an answer slowly holds all of it; so what the answers under way
//! hold is counted until the last slice is taken, and one that finds no memory is refused.
//!
//! Never here: what is answered, and how long a reader may take (see `patience`).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Problem, Sort};
use super::rate::Caller;

/// What the answers under way may hold together, in KiB. Source: docs/reference/limits.md.
pub const ALL_KIB_MAX: usize = 256 << 10;

/// What the answers of one caller may hold together, in KiB, beside the first: a quarter, so that who reads
/// slowly leaves the rest to others. Source: docs/reference/limits.md.
pub const OF_A_CALLER_KIB_MAX: usize = ALL_KIB_MAX / 4;

/// Up to so many bytes an answer is not counted: what a connection may hold of any answer.
/// Source: docs/reference/limits.md.
pub const SLICE_BYTES: usize = super::connections::BUFFER_BYTES;

/// The memory for answers. A clone is another handle on the same.
#[derive(Clone, Debug)]
pub struct AnswerMemory {
    all: Arc<Semaphore>,
    of_callers: Arc<Mutex<BTreeMap<Caller, usize>>>,
}

impl Default for AnswerMemory {
    fn default() -> Self {
        Self::of_kib(ALL_KIB_MAX)
    }
}

/// The memory that an answer holds, which is given back when this is dropped.
pub(super) struct Share {
    _all: OwnedSemaphorePermit,
    of_callers: Arc<Mutex<BTreeMap<Caller, usize>>>,
    caller: Caller,
    kib: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut of_callers = lock(&self.of_callers);
        if let Some(own) = of_callers.get_mut(&self.caller) {
            *own -= self.kib;
            if *own == 0 {
                of_callers.remove(&self.caller);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AnswerMemory {
    fn of_kib(kib: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(kib)),
            of_callers: Arc::default(),
        }
    }

    /// Takes the memory for an answer of so many bytes; none where other answers have it, or others of this
    /// caller have the caller's share. Who asks on this machine has no share of its own.
    fn take(&self, caller: &Caller, bytes: u64) -> Option<Share> {
        let kib = u32::try_from(bytes.div_ceil(1 << 10)).ok()?;
        let own_kib = usize::try_from(kib).ok()?;
        let mut of_callers = lock(&self.of_callers);
        let own = of_callers.get(caller).copied().unwrap_or_default();
        let is_shared = *caller != Caller::ThisMachine && own > 0;
        if is_shared && own + own_kib > OF_A_CALLER_KIB_MAX {
            return None;
        }
        let all = self.all.clone().try_acquire_many_owned(kib).ok()?;
        of_callers.insert(caller.clone(), own + own_kib);
        Some(Share {
            _all: all,
            of_callers: self.of_callers.clone(),
            caller: caller.clone(),
            kib: own_kib,
        })
    }

    /// Takes the memory for an answer of so many bytes; none for one that is not counted.
    ///
    /// # Errors
    /// As [`AnswerMemory::slice`].
    pub(super) fn hold(&self, caller: &Caller, bytes: u64) -> Result<Option<Share>, Problem> {
        let is_counted = usize::try_from(bytes).map_or(true, |bytes| bytes > SLICE_BYTES);
        if !is_counted {
            return Ok(None);
        }
        let taken = self.take(caller, bytes);
        taken.map(Some).ok_or_else(|| {
            let kib = bytes.div_ceil(1 << 10);
            let detail = format!(
                "the answer takes {kib} KiB, and answers under way have {ALL_KIB_MAX} KiB together, those of one caller {OF_A_CALLER_KIB_MAX}"
            );
            Problem::new(Sort::Busy, detail)
        })
    }

    /// Sends a body in slices, and holds its memory until it is taken.
    ///
    /// # Errors
    /// [`Problem`]: busy, where other answers have the memory.
    fn slice(&self, caller: &Caller, body: Body) -> Result<Body, Problem> {
        // A stream has no length; what waits of it is one chunk.
        let memory = self.hold(caller, body.size_hint().exact().unwrap_or(0))?;
        Ok(Body::new(Slices {
            body,
            rest: Bytes::new(),
            _memory: memory,
        }))
    }
}

/// Sends an answer in slices, where there is memory for it.
pub(super) async fn charge(
    State(memory): State<AnswerMemory>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    // What was refused before it was known who asks is short.
    let caller = parts.extensions.get().unwrap_or(&Caller::ThisMachine);
    match memory.slice(caller, body) {
        Ok(body) => Response::from_parts(parts, body),
        Err(problem) => problem.into_response(),
    }
}

/// A body whose parts are sent in slices.
struct Slices {
    body: Body,
    /// What is left of the part that is being sent.
    rest: Bytes,
    _memory: Option<Share>,
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
        let body = memory
            .slice(&Caller::ThisMachine, Body::from(whole.clone()))
            .unwrap();
        assert_eq!(body.size_hint().exact(), Some(150 << 10));
        let mut slices = body.into_data_stream();
        let mut taken = Vec::new();
        while let Some(slice) = slices.next().await {
            let slice = slice.unwrap();
            assert!(slice.len() <= SLICE_BYTES);
            taken.extend_from_slice(&slice);
            assert_eq!(memory.all.available_permits(), 50, "while it is under way");
        }
        assert!(taken == whole, "what is sent is the answer");
        drop(slices);
        assert_eq!(memory.all.available_permits(), 200);
    }

    #[tokio::test]
    async fn answers_share_their_memory_and_small_ones_need_none() {
        let memory = AnswerMemory::of_kib(100);
        let first = memory
            .slice(&Caller::ThisMachine, Body::from(vec![0; 70 << 10]))
            .unwrap();
        let refused = memory.slice(&Caller::ThisMachine, Body::from(vec![0; 70 << 10]));
        assert_eq!(refused.err().map(|problem| problem.sort), Some(Sort::Busy));
        assert!(
            memory
                .slice(&Caller::ThisMachine, Body::from(vec![0; SLICE_BYTES]))
                .is_ok()
        );
        // A reader who leaves gives it back too.
        drop(first);
        assert!(
            memory
                .slice(&Caller::ThisMachine, Body::from(vec![0; 70 << 10]))
                .is_ok()
        );
    }

    #[test]
    fn one_caller_leaves_memory_to_others_and_is_given_one_answer_however_large() {
        let memory = AnswerMemory::default();
        let at = |address: &str| Caller::Address(address.parse().unwrap());
        let (one, other) = (at("192.0.2.1"), at("192.0.2.2"));
        let share = u64::try_from(OF_A_CALLER_KIB_MAX).unwrap() << 10;
        let first = memory.take(&one, share / 2).unwrap();
        let second = memory.take(&one, share / 2).unwrap();
        assert!(memory.take(&one, 1).is_none());
        assert!(memory.take(&other, share).is_some());
        assert!(memory.take(&Caller::ThisMachine, 2 * share).is_some());
        drop((first, second));
        assert!(memory.take(&one, 2 * share).is_some(), "the first of it");
        assert!(lock(&memory.of_callers).is_empty(), "all is given back");
    }
}
