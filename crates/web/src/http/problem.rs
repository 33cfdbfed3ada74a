//! Problems: RFC 9457 documents with a stable `type`, each with its part of
//! docs/reference/problems.md.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use serde::Serialize;

/// What went wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A parameter that does not exist, or a value it does not have.
    Parameter,
    /// A cursor that the list did not give for this question at this R.
    Cursor,
    /// A body that cannot be divided into events.
    Body,
    /// A content type that is not taken.
    ContentType,
    /// A content coding that is not taken.
    ContentEncoding,
    /// A message that HTTP does not allow.
    Request,
    /// No form of the answer that the caller takes.
    NotAcceptable,
    /// A precondition that does not hold.
    Precondition,
    /// A body over the limit.
    TooLarge,
    /// No token, or a wrong one.
    Token,
    /// A token whose role does not allow it.
    Right,
    /// What the caller may not see.
    Withheld,
    /// As much is there as may be.
    Full,
    /// No such path, case, person or page.
    NotFound,
    /// A position above the newest.
    Position,
    /// Who came back from the sign-in provider is nobody here.
    SignIn,
    /// The sign-in provider does not answer.
    Provider,
    /// The caller asks too often; come again.
    Rate,
    /// Nothing can be decided or answered now; come again.
    Busy,
    /// The node failed.
    Failed,
}

impl Sort {
    /// Every sort.
    pub const ALL: &'static [Self] = &[
        Self::Parameter,
        Self::Cursor,
        Self::Body,
        Self::ContentType,
        Self::ContentEncoding,
        Self::Request,
        Self::NotAcceptable,
        Self::Precondition,
        Self::TooLarge,
        Self::Token,
        Self::Right,
        Self::Withheld,
        Self::Full,
        Self::NotFound,
        Self::Position,
        Self::SignIn,
        Self::Provider,
        Self::Rate,
        Self::Busy,
        Self::Failed,
    ];

    /// Returns the last part of the problem's `type`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.parts().0
    }

    /// Returns the status with which it is answered.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.parts().2
    }

    const fn parts(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::Parameter => (
                "parameter",
                "a parameter is not right",
                StatusCode::BAD_REQUEST,
            ),
            Self::Cursor => (
                "cursor",
                "the cursor is of another list",
                StatusCode::BAD_REQUEST,
            ),
            Self::Body => ("body", "the body is not right", StatusCode::BAD_REQUEST),
            Self::ContentType => (
                "content-type",
                "the content type is not taken",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            Self::ContentEncoding => (
                "content-encoding",
                "the content coding is not taken",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            Self::Request => (
                "request",
                "the request is not right",
                StatusCode::BAD_REQUEST,
            ),
            Self::NotAcceptable => (
                "not-acceptable",
                "no form of the answer is taken",
                StatusCode::NOT_ACCEPTABLE,
            ),
            Self::Precondition => (
                "precondition",
                "what is there is another",
                StatusCode::PRECONDITION_FAILED,
            ),
            Self::TooLarge => (
                "too-large",
                "the body is too large",
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            Self::Token => ("token", "access is not given", StatusCode::UNAUTHORIZED),
            Self::Right => (
                "right",
                "the token does not allow it",
                StatusCode::FORBIDDEN,
            ),
            Self::Withheld => ("withheld", "it is withheld", StatusCode::FORBIDDEN),
            Self::Full => ("full", "as much is there as may be", StatusCode::CONFLICT),
            Self::NotFound => ("not-found", "there is no such thing", StatusCode::NOT_FOUND),
            Self::Position => (
                "position",
                "the position is not known yet",
                StatusCode::NOT_FOUND,
            ),
            Self::SignIn => ("sign-in", "nobody was signed in", StatusCode::FORBIDDEN),
            Self::Provider => ("provider", "provider away", StatusCode::SERVICE_UNAVAILABLE),
            Self::Rate => ("rate", "too many requests", StatusCode::TOO_MANY_REQUESTS),
            Self::Busy => ("busy", "come again", StatusCode::SERVICE_UNAVAILABLE),
            Self::Failed => (
                "failed",
                "the node failed",
                StatusCode::INTERNAL_SERVER_ERROR,
            ),
        }
    }
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort of problem.
    pub sort: Sort,
    /// What was found and what is right.
    pub detail: String,
    /// How far the node is, of a node that has not caught up.
    pub progress: Option<Progress>,
    /// When to come again, in seconds; none where that would not help.
    pub retry_seconds: Option<u64>,
}

/// How far a node is that has not caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The newest folded position.
    pub position: Position,
    /// The position that must be folded before the node answers; none while the log was not reached.
    pub target: Option<Position>,
    /// How many events a second it folds; none while that is not known.
    pub events_per_second: Option<u64>,
    /// How many seconds it takes from here on; none while that cannot be told.
    pub seconds_left: Option<u64>,
}

impl Problem {
    /// Makes a problem.
    pub fn new(sort: Sort, detail: impl Into<String>) -> Self {
        Self {
            sort,
            detail: detail.into(),
            progress: None,
            retry_seconds: (sort == Sort::Busy).then_some(1),
        }
    }

    /// Says when to come again, in seconds.
    #[must_use]
    pub const fn retry_in(mut self, seconds: u64) -> Self {
        self.retry_seconds = Some(seconds);
        self
    }

    /// Returns what sort of problem it is, in words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.sort.parts().1
    }

    /// Adds how far the node is.
    #[must_use]
    pub const fn with(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Makes the problem of a failure of this node; the cause goes to the log.
    pub fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %error, "request failed");
        Self::new(
            Sort::Failed,
            "the node could not read its rows; the operator finds the cause in its log",
        )
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(flatten)]
    progress: Option<Progress>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (slug, title, status) = self.sort.parts();
        let document = Document {
            r#type: format!("/problems/{slug}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            progress: self.progress,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.sort == Sort::ContentEncoding {
            let taken = HeaderValue::from_static("identity");
            headers.insert(header::ACCEPT_ENCODING, taken);
        }
        if self.sort == Sort::Token {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"habeas\""),
            );
        }
        // For who answers in another protocol than plain HTTP.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<figures::QueryError> for Problem {
    fn from(error: figures::QueryError) -> Self {
        Self::new(Sort::Parameter, error.to_string())
    }
}

impl From<figures::TooManyGroups> for Problem {
    fn from(refused: figures::TooManyGroups) -> Self {
        Self::new(Sort::Parameter, refused.to_string())
    }
}
