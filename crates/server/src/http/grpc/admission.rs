//! Admission to the services: a message is read within the bounds of any body, a stream has its place, and what is
//! sent by a stream may not stand still for long.
//!
//! Start at [`admit`].
//!
//! Never here: slots of answers (see `http::admission`, which the questions pass), and rights.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;
use wire::tonic::Status;

use super::status;
use crate::http::App;
use crate::http::body::{self, OTHER_BYTES_MAX, SPAN};
use crate::http::outgoing::Share;
use crate::http::problem::{Problem, Sort};
use crate::http::rate::Caller;
use crate::http::stream_readers::StreamPlace;

/// The methods whose answer is a stream.
const ANSWERED_BY_STREAM: [&str; 3] = [
    "/habeas.v1.WatchService/Watch",
    "/habeas.v1.ReplayService/Replay",
    "/grpc.health.v1.Health/Watch",
];

/// The method that takes events by a stream.
const SUBMIT: &str = "/habeas.v1.SubmitService/Submit";

/// The other methods that are streams both ways.
const BOTH_WAYS: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// Lets a request to its service.
pub(super) async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if !status::is_grpc(request.headers()) {
        let detail =
            "a service of gRPC is asked by gRPC: the content type must be application/grpc";
        return Problem::new(Sort::ContentType, detail).into_response();
    }
    match admitted(&app, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    let caller = request.extensions().get().cloned();
    let caller: Caller = caller.unwrap_or(Caller::ThisMachine);
    let path = request.uri().path();
    let readers = if path == SUBMIT {
        Some(&app.bounds.submitters)
    } else if ANSWERED_BY_STREAM.contains(&path) || BOTH_WAYS.contains(&path) {
        Some(&app.bounds.stream_readers)
    } else {
        None
    };
    let place = readers.map(|readers| readers.admit(&caller)).transpose()?;
    let is_both_ways = path == SUBMIT || BOTH_WAYS.contains(&path);
    let (parts, sent) = request.into_parts();
    if is_both_ways {
        let sent = Body::new(LiveBody::new(sent));
        let response = next.run(Request::from_parts(parts, sent)).await;
        return Ok(kept(app, response, place));
    }
    // One message, which comes as any other body does.
    let bytes = body::read(&app.bounds.bodies, &HeaderMap::new(), sent, OTHER_BYTES_MAX).await?;
    let request = Request::from_parts(parts, bytes.bytes.clone().into());
    let response = next.run(request).await;
    Ok(kept(app, response, place))
}

/// Keeps what an answer holds until it is sent.
fn kept(app: &App, mut response: Response, place: Option<StreamPlace>) -> Response {
    let share = response.extensions_mut().remove::<Arc<Share>>();
    response.map(|body| {
        let stop = place
            .as_ref()
            .map(|_| Box::pin(app.stop.clone().cancelled_owned()));
        Body::new(HeldBody {
            body,
            stop,
            is_ended: false,
            _place: place,
            _share: share,
        })
    })
}

/// The body of an answer, with what it holds; one of a stream ends when the node stops.
struct HeldBody {
    body: Body,
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    is_ended: bool,
    _place: Option<StreamPlace>,
    _share: Option<Arc<Share>>,
}

impl http_body::Body for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.is_ended {
            return Poll::Ready(None);
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let is_stopped = |stop: &mut Pin<Box<WaitForCancellationFutureOwned>>| {
            stop.as_mut().poll(context).is_ready()
        };
        if frame.is_pending() && self.stop.as_mut().is_some_and(is_stopped) {
            self.is_ended = true;
            let problem = Problem::new(Sort::Busy, "the node stops; come again");
            let mut trailers = HeaderMap::new();
            return match status::of(&problem).add_header(&mut trailers) {
                Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
                // Without trailers a stream is cut off, which its reader sees too.
                Err(_) => Poll::Ready(None),
            };
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What a caller sends by a stream, which may stand still for [`SPAN`].
struct LiveBody {
    body: Body,
    /// While it is waited for.
    end: Option<Pin<Box<Sleep>>>,
}

impl LiveBody {
    const fn new(body: Body) -> Self {
        Self { body, end: None }
    }

    /// Whether nothing came for too long, of one that is waited for.
    fn stands_still(&mut self, context: &mut Context<'_>) -> bool {
        let end = self
            .end
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(SPAN)));
        end.as_mut().poll(context).is_ready()
    }
}

impl http_body::Body for LiveBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.end = None;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(cut_off()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if self.stands_still(context) => Poll::Ready(Some(Err(cut_off()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn cut_off() -> Status {
    let seconds = SPAN.as_secs();
    let detail = format!("nothing came for {seconds} s, or the stream was cut off");
    status::of(&Problem::new(Sort::Body, detail))
}
