//! Where answers are made: threads of their own, which the system runs only where the gate, the fold and the
//! broker leave it a processor.
//!
//! Start at [`AnswerThreads::run`]. Readers and the fold share one machine: without a lower priority, ten answers
//! under way take ten parts of eleven of the processors that an event needs to be folded.
//!
//! Never here: how many answers are made at once (see `slots`), and what is answered.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

/// How much later than others the threads that make answers are run, in steps of `nice(1)`: with 10, a
/// thread of this priority has a tenth of what one beside it has, while both want the processor.
/// Source: docs/reference/limits.md.
pub const ANSWER_THREADS_NICE: i32 = 10;

/// The threads that make answers.
#[derive(Debug)]
pub struct AnswerThreads {
    /// Always some, until it is dropped.
    runtime: Option<Runtime>,
    /// What a stop waits for.
    tasks: TaskTracker,
}

impl AnswerThreads {
    /// Starts the threads, as many as there are processors; `tasks` tracks what they do.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(tasks: TaskTracker) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .thread_name("reader")
            .on_thread_start(lower)
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            tasks,
        })
    }

    /// Makes an answer on these threads. What it makes is dropped when nobody waits for it any more.
    /// Returns none where the node stops, or where the answer's own code panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        answer: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let runtime = self.runtime.as_ref()?;
        let task = runtime.spawn(self.tasks.track_future(answer));
        AbortOnDropHandle::new(task).await.ok()
    }
}

impl Drop for AnswerThreads {
    /// A runtime may not wait for its threads where others run.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Lowers the priority of the calling thread, and so of those that it starts.
fn lower() {
    // Linux has a priority for each thread: "process" 0 is the one that calls. See setpriority(2), C library/kernel
    // differences. Where the system refuses, answers are made at the priority of all.
    if let Err(refused) = rustix::process::setpriority_process(None, ANSWER_THREADS_NICE) {
        tracing::warn!(%refused, "answers are made at the same priority as the fold");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nice_of_this_thread() -> i32 {
        rustix::process::getpriority_process(None).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn answers_are_made_at_a_lower_priority_also_on_threads_they_start() {
        let before = nice_of_this_thread();
        let threads = AnswerThreads::start(TaskTracker::new()).unwrap();
        let made = threads.run(async {
            tokio::task::block_in_place(|| std::thread::spawn(nice_of_this_thread).join().unwrap())
        });
        assert_eq!(
            made.await,
            Some(ANSWER_THREADS_NICE.max(before)),
            "never higher than it was"
        );
        assert_eq!(nice_of_this_thread(), before, "others keep theirs");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_gives_nothing_and_what_nobody_waits_for_is_dropped() {
        let tasks = TaskTracker::new();
        let threads = AnswerThreads::start(tasks.clone()).unwrap();
        assert_eq!(
            threads.run(async { panic!("on purpose") }).await,
            None::<()>
        );
        let (held, seen) = tokio::sync::oneshot::channel::<()>();
        let forever = threads.run(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        assert!(futures_util::FutureExt::now_or_never(forever).is_none());
        assert!(seen.await.is_err(), "it was dropped");
        tasks.close();
        tasks.wait().await;
    }
}
