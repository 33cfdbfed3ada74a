//! Problems as gRPC says them: a status whose message has the stable code and where its page is.
//!
//! Start at [`of`]; [`speak`] makes statuses of what is refused before a service is asked.
//!
//! Never here: what is refused.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use wire::tonic::{Code, Status};

use crate::http::problem::{Problem, Sort};

/// The metadata that has the code of a problem alone.
const CODE: &str = "habeas-problem";

/// Whether a message is one of gRPC.
pub(in crate::http) fn is_grpc(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE);
    let media = media.map(HeaderValue::as_bytes).unwrap_or_default();
    media.starts_with(b"application/grpc") && !media.starts_with(b"application/grpc-web")
}

/// Returns the status of a problem. Source: docs/reference/grpc.md, Refusals.
pub(in crate::http) fn of(problem: &Problem) -> Status {
    let code = match problem.sort {
        Sort::Parameter
        | Sort::Cursor
        | Sort::Body
        | Sort::ContentType
        | Sort::ContentEncoding
        | Sort::Request
        | Sort::NotAcceptable => Code::InvalidArgument,
        Sort::Precondition => Code::FailedPrecondition,
        Sort::TooLarge | Sort::Rate | Sort::Full => Code::ResourceExhausted,
        Sort::Token => Code::Unauthenticated,
        Sort::Right | Sort::Withheld | Sort::SignIn => Code::PermissionDenied,
        Sort::NotFound => Code::NotFound,
        Sort::Position => Code::OutOfRange,
        Sort::Provider | Sort::Busy => Code::Unavailable,
        Sort::Failed => Code::Internal,
    };
    let slug = problem.sort.slug();
    let message = format!("{slug}: {} (/problems/{slug})", problem.detail);
    let mut headers = HeaderMap::new();
    headers.insert(CODE, HeaderValue::from_static(slug));
    if let Some(seconds) = problem.retry_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let mut status = Status::new(code, message);
    *status.metadata_mut() = wire::tonic::metadata::MetadataMap::from_headers(headers);
    status
}

/// Answers who asks by gRPC with a status, whatever refuses the request.
pub(in crate::http) async fn speak(request: Request, next: Next) -> Response {
    let is_asked = is_grpc(request.headers());
    let response = next.run(request).await;
    if is_asked { told(response) } else { response }
}

/// Makes an answer one of gRPC that is none.
pub(in crate::http) fn told(response: Response) -> Response {
    if is_grpc(response.headers()) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let status = match parts.extensions.remove::<Problem>() {
        // What a service does not find it says itself: here there is no such service.
        Some(problem) if problem.sort == Sort::NotFound => nothing_there(),
        Some(problem) => of(&problem),
        None if parts.status == StatusCode::NOT_FOUND => nothing_there(),
        None => Status::unknown(format!("answered with {}", parts.status)),
    };
    let mut told: Response = status.into_http();
    let content = [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
    ];
    for (name, value) in &parts.headers {
        if !content.contains(name) && !told.headers().contains_key(name) {
            told.headers_mut().append(name, value.clone());
        }
    }
    *told.extensions_mut() = parts.extensions;
    told
}

fn nothing_there() -> Status {
    Status::unimplemented("there is no such service: grpc.reflection.v1 lists those there are")
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn each_problem_is_a_status_with_its_code_and_where_its_page_is() {
        for sort in Sort::ALL {
            let refused = Problem::new(*sort, "it is so").retry_in(7).into_response();
            let told = told(refused);
            assert_eq!(told.status(), StatusCode::OK, "trailers alone");
            let status = Status::from_header_map(told.headers()).unwrap();
            if *sort == Sort::NotFound {
                assert_eq!(status.code(), Code::Unimplemented);
                continue;
            }
            let slug = sort.slug();
            assert_eq!(
                status.message(),
                format!("{slug}: it is so (/problems/{slug})")
            );
            assert_eq!(status.metadata().get(CODE).unwrap(), slug);
            assert_eq!(told.headers()["retry-after"], "7");
            assert!(is_grpc(told.headers()));
            assert!(!matches!(status.code(), Code::Ok | Code::Unknown), "{slug}");
        }
    }

    #[test]
    fn what_is_of_grpc_stays_as_it_is() {
        let mut right: Response = Status::not_found("a case").into_http();
        right
            .headers_mut()
            .insert("x", HeaderValue::from_static("y"));
        let told = told(right);
        assert_eq!(told.headers()["x"], "y");
        let status = Status::from_header_map(told.headers()).unwrap();
        assert_eq!(status.code(), Code::NotFound);
        for (media, right) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc-web+proto", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
            assert_eq!(is_grpc(&headers), right, "{media}");
        }
    }
}
