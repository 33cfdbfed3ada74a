//! Turns: answers that look at much of the record are at work one after the other, a piece at a time, so that
//! one that takes long keeps none from an answer.
//!
//! Start at [`Turns::first`], and at [`give_way`], which who works in pieces calls between two of them.
//!
//! Never here: how many are under way (`slots`), and what is answered.

use std::cell::RefCell;
use std::future::Future;
use std::num::NonZero;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many answers that look at much of the record are at work at once, at the least. Source:
/// docs/reference/limits.md.
const AT_WORK_MIN: usize = 1;

tokio::task_local! {
    /// The turn of the answer that this task makes.
    static TURN: RefCell<Option<OwnedSemaphorePermit>>;
}

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    /// One for each two processors: the others are the plain answers' and the fold's.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Semaphore::new(AT_WORK_MIN.max(processors / 2))))
    }
}

impl Turns {
    /// Waits for the first turn.
    pub(super) async fn first(&self) -> Turn {
        // A closed semaphore gives none, and this one is never closed.
        Turn(self.0.clone().acquire_owned().await.ok())
    }
}

/// A turn, before its answer is made.
pub(super) struct Turn(Option<OwnedSemaphorePermit>);

impl Turn {
    /// Makes the answer whose turn it is.
    pub(super) async fn make<T>(self, answer: impl Future<Output = T>) -> T {
        TURN.scope(RefCell::new(self.0), answer).await
    }
}

/// Lets the other answers that look at much have their turn; returns at once where this one has none.
///
/// Who calls it blocks the thread, as [`tokio::task::block_in_place`] allows, and holds neither the columns nor
/// the store: the one whose turn comes may wait for them.
pub(crate) fn give_way() {
    let turn = TURN.try_with(|turn| turn.borrow_mut().take());
    let Some(turn) = turn.ok().flatten() else {
        return;
    };
    let turns = turn.semaphore().clone();
    // They are given in the order in which they are asked for. The next is asked for before this one is given
    // away, so that whoever gets it cannot have another before.
    let again = Handle::current().block_on(async move {
        let mut again = std::pin::pin!(turns.acquire_owned());
        let asked = std::future::poll_fn(|context| Poll::Ready(again.as_mut().poll(context)));
        let asked = asked.await;
        drop(turn);
        match asked {
            Poll::Ready(again) => again,
            Poll::Pending => again.await,
        }
    });
    // The task is the same one as above.
    let _same_task = TURN.try_with(|turn| *turn.borrow_mut() = again.ok());
}

/// Waits for what another answer may be making, such as a page that two ask for at once. Where it is not there
/// at once, the turn is given away until it is: the other may need it.
pub(crate) async fn without_turn<T>(wait: impl Future<Output = T>) -> T {
    let mut wait = std::pin::pin!(wait);
    let first = std::future::poll_fn(|context| Poll::Ready(wait.as_mut().poll(context)));
    if let Poll::Ready(done) = first.await {
        return done;
    }
    let turn = TURN.try_with(|turn| turn.borrow_mut().take());
    let Some(turn) = turn.ok().flatten() else {
        return wait.await;
    };
    let turns = turn.semaphore().clone();
    drop(turn);
    let done = wait.await;
    let again = turns.acquire_owned().await;
    let _same_task = TURN.try_with(|turn| *turn.borrow_mut() = again.ok());
    done
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Notes each piece of an answer of so many.
    fn pieces(name: char, count: usize, made: &Mutex<String>) {
        tokio::task::block_in_place(|| {
            for _ in 0..count {
                give_way();
                made.lock().unwrap().push(name);
            }
        });
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_long_answer_lets_a_short_one_have_its_turn() {
        let turns = Arc::new(Turns(Arc::new(Semaphore::new(1))));
        let made = Arc::new(Mutex::new(String::new()));
        let first = turns.0.clone().acquire_owned().await.unwrap();
        let start = |name, count| {
            let (turns, made) = (turns.clone(), made.clone());
            let answer = async move {
                let turn = turns.first().await;
                turn.make(async { pieces(name, count, &made) }).await;
            };
            // Polled once, so that it waits for its turn before the next one does.
            let mut answer = Box::pin(answer);
            assert!(futures_util::FutureExt::now_or_never(&mut answer).is_none());
            tokio::spawn(answer)
        };
        let long = start('a', 6);
        let short = start('b', 2);
        drop(first);
        short.await.unwrap();
        long.await.unwrap();
        let made = made.lock().unwrap().clone();
        assert_eq!(made.len(), 8);
        let last_of_short = made.rfind('b').unwrap();
        assert!(
            last_of_short < 5,
            "{made}: the short one waited for the long one"
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_answers_of_which_one_waits_for_the_other_both_end() {
        let turns = Arc::new(Turns(Arc::new(Semaphore::new(1))));
        let page = Arc::new(tokio::sync::Mutex::new(0_u32));
        let first = turns.0.clone().acquire_owned().await.unwrap();
        let answers = (0..8).map(|_| {
            let (turns, page) = (turns.clone(), page.clone());
            let answer = async move {
                let answer = async {
                    let mut made = without_turn(page.lock()).await;
                    tokio::task::block_in_place(give_way);
                    *made += 1;
                };
                turns.first().await.make(answer).await;
            };
            // Polled once: each waits for its turn before the first one has made anything.
            let mut answer = Box::pin(answer);
            assert!(futures_util::FutureExt::now_or_never(&mut answer).is_none());
            tokio::spawn(answer)
        });
        let all = futures_util::future::join_all(answers.collect::<Vec<_>>());
        drop(first);
        let all = tokio::time::timeout(std::time::Duration::from_secs(20), all);
        all.await.expect("none waits for another for ever");
        assert_eq!(*page.lock().await, 8);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_has_no_turn_gives_none_away() {
        tokio::task::block_in_place(give_way);
    }
}
