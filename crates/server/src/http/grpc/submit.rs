//! `SubmitService`: events by a stream, each message judged by the same gate as the body of a request.
//!
//! Start at [`Submit`]. A message is answered before the next is read, so that what a stream holds is one message.
//!
//! Never here: whether an event is right (see [`crate::gate`]).

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use wire::tonic::{Request, Response, Status, Streaming, async_trait};
use wire::v1::submit_service_server::SubmitService;
use wire::v1::{SubmitRequest, SubmitResponse, Verdict};

use super::call_head::{CallHead, refused};
use crate::access::MayWrite;
use crate::gate::{Outcome, Verdict as Judged};
use crate::http::events::{self, Atomicity};
use crate::http::problem::{Problem, Sort};
use crate::http::rate::Caller;
use crate::http::{App, bearer, caller};

/// The most bytes of a message of events. Source: docs/reference/limits.md.
pub const SUBMISSION_BYTES_MAX: usize = 1 << 20;

/// The most events of a message. Source: docs/reference/limits.md.
pub(super) const SUBMISSION_EVENTS_MAX: usize = 1_000;

/// In so much time the next message must come whole, or the end of the stream. Source: docs/reference/limits.md.
pub(super) const MESSAGE_WAIT_MAX: Duration = Duration::from_secs(30);

/// Takes events.
pub(super) struct Submit {
    app: App,
}

impl Submit {
    /// Makes the service.
    pub(super) const fn new(app: App) -> Self {
        Self { app }
    }
}

type Responses = Pin<Box<dyn Stream<Item = Result<SubmitResponse, Status>> + Send>>;

#[async_trait]
impl SubmitService for Submit {
    type SubmitStream = Responses;

    async fn submit(
        &self,
        request: Request<Streaming<SubmitRequest>>,
    ) -> Result<Response<Responses>, Status> {
        let (head, messages) = CallHead::of(request);
        let token = bearer(&head.headers).map_err(refused)?;
        let sending = Sending {
            may: self.app.tokens.write(token).map_err(refused)?,
            app: self.app.clone(),
            caller: head.caller,
            messages,
            sent: 0,
        };
        let verdicts = stream::try_unfold(sending, |mut sending| async move {
            let verdicts = sending.next().await?;
            Ok(verdicts.map(|verdicts| (verdicts, sending)))
        });
        Ok(Response::new(verdicts.boxed()))
    }
}

/// One stream of events.
struct Sending {
    app: App,
    may: MayWrite,
    caller: Caller,
    messages: Streaming<SubmitRequest>,
    /// How many messages came.
    sent: u64,
}

impl Sending {
    /// Judges the next message; none at the end of the stream.
    async fn next(&mut self) -> Result<Option<SubmitResponse>, Status> {
        let message = tokio::time::timeout(MESSAGE_WAIT_MAX, self.messages.message()).await;
        let message = message.map_err(|_| {
            let seconds = MESSAGE_WAIT_MAX.as_secs();
            let detail = format!("the next message took longer than {seconds} s to come whole");
            refused(Problem::new(Sort::Body, detail))
        })?;
        let Some(message) = message.map_err(|status| self.told(status))? else {
            return Ok(None);
        };
        // The stream itself was counted as the first.
        if self.sent > 0 {
            let now_ms = self.app.clock.monotonic_ms();
            let taken = self.app.rates.take(&self.caller, now_ms);
            taken.map_err(|empty| refused(caller::too_often(empty)))?;
        }
        self.sent += 1;
        self.judge(message).await.map(Some).map_err(refused)
    }

    /// Says what is wrong with a message as a problem, where it is its size.
    fn told(&self, status: Status) -> Status {
        if status.code() == wire::tonic::Code::OutOfRange {
            let detail = format!("the message is longer than {SUBMISSION_BYTES_MAX} bytes");
            return refused(Problem::new(Sort::TooLarge, detail));
        }
        status
    }

    async fn judge(&self, message: SubmitRequest) -> Result<SubmitResponse, Problem> {
        let number = message.events.len();
        if number > SUBMISSION_EVENTS_MAX {
            let detail =
                format!("the message has {number} events, but may have {SUBMISSION_EVENTS_MAX}");
            return Err(Problem::new(Sort::Body, detail));
        }
        events::still_holds(&self.app, &self.may)?;
        let sending = if message.together {
            Atomicity::Together
        } else {
            Atomicity::Each
        };
        let judged = events::decide(&self.app, message.events, &self.may, sending).await?;
        let verdicts: serde_json::Result<Vec<Verdict>> = judged.iter().map(verdict).collect();
        let verdicts = verdicts.map_err(|error| Problem::failed(&error))?;
        Ok(SubmitResponse { verdicts })
    }
}

fn verdict(judged: &Judged) -> serde_json::Result<Verdict> {
    let (position, repeat, code) = match &judged.outcome {
        Outcome::In { position, repeat } => (position.get(), *repeat, ""),
        Outcome::Out { code, .. } => (0, false, *code),
    };
    Ok(Verdict {
        position,
        repeat,
        code: code.to_owned(),
        body: serde_json::to_vec(judged)?.into(),
    })
}
