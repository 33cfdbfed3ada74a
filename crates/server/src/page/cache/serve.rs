//! Pages through the cache: with single flight, and stale while a slow one is made again.
//!
//! Start at [`cached`]. A page that is quick to make is made again as soon as the record has grown. One that
//! is not may be up to [`BEHIND_MS`] stale, and says so by its position; the [refresher] makes it again
//! meanwhile, and a reader who knows of a newer position gets that.
//!
//! [`BEHIND_MS`]: super::pages::BEHIND_MS
//! [refresher]: super::refresh
//!
//! Never here: what stands on a page.

use std::future::Future;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use event::Position;
use web::PageRequest;
use web::site::Site as _;

use super::pages::{CachedPage, Flight, Making, Remake};
use crate::http::turns::without_turn;
use crate::http::{App, gzip, response};

/// What makes a page.
pub(super) type Show = Arc<dyn Fn(PageRequest) -> Making + Send + Sync>;

/// A page that someone has asked for, to be made again.
struct Asked {
    app: App,
    request: PageRequest,
    show: Show,
}

impl Remake for Asked {
    fn name(&self) -> String {
        name(&self.app, &self.request)
    }

    fn known_at(&self, position: Position) -> Making {
        let (app, request, show) = (self.app.clone(), self.request.clone(), self.show.clone());
        Box::pin(async move { make(&app, request.known_at(position), &show, position).await })
    }
}

/// Serves a page through the cache.
pub(crate) fn cached<F, CachedPage>(show: F) -> MethodRouter<App>
where
    F: Fn(PageRequest) -> CachedPage + Send + Sync + 'static,
    CachedPage: Future<Output = Response> + Send + 'static,
{
    let show: Show = Arc::new(move |request| Box::pin(show(request)));
    get(move |State(app): State<App>, request: PageRequest| serve(app, request, show.clone()))
}

/// Returns the page of a request: cached, else made now.
async fn serve(app: App, mut request: PageRequest, show: Show) -> Response {
    let cache = &app.pages.cache.clone();
    // It was waited for before there was a slot; above what came in time, the page is shown as far as the
    // record is known.
    let least = request.least_position();
    let newest = app.node.position();
    let name = name(&app, &request);
    if request.is_live() {
        cache.note_demand(&name, || {
            Arc::new(Asked {
                app: app.clone(),
                request: request.clone().for_later(),
                show: show.clone(),
            })
        });
    }
    let found = cache.find(&name, app.node.model().as_ref(), least, newest);
    if let Some(made) = found {
        return respond(&request, &made);
    }
    let (overview, took_ms) = *cache.overview.borrow();
    request.known = Some(newest);
    if (least..newest).contains(&overview) && cache.may_be_stale(overview, took_ms) {
        request.known = Some(overview);
    }
    make(&app, request, &show, least).await
}

/// Makes the page of a request, at the R that the request is given; of several who ask at once, one
/// makes it, and it is handed to those for whom its position is not below their `least`.
pub(super) async fn make(
    app: &App,
    request: PageRequest,
    show: &Show,
    least: Position,
) -> Response {
    let cache = app.pages.cache.clone();
    let name = name(app, &request);
    let flight = Flight::new(&cache, &name);
    {
        let _making = without_turn(flight.flight.lock()).await;
        let newest = request.known.unwrap_or(Position::ZERO);
        let model = app.node.model();
        match cache.find(&name, model.as_ref(), least, newest) {
            Some(made) => respond(&request, &made),
            None => {
                let began_ms = cache.clock.monotonic_ms();
                let response = show(request.clone()).await;
                let took_ms = cache.clock.monotonic_ms() - began_ms;
                let model = model
                    .map(|model| Arc::downgrade(&model))
                    .unwrap_or_default();
                cache.store(&name, response, newest, model, took_ms).await
            }
        }
    }
}

/// Returns a cached page; 304 to a reader who has it.
fn respond(request: &PageRequest, made: &CachedPage) -> Response {
    let tag = made.headers.get(header::ETAG).map(HeaderValue::to_str);
    let has = tag.is_some_and(|tag| tag.is_ok_and(|tag| response::has(request.headers(), tag)));
    let mut response = if has {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        made.body.clone().into_response()
    };
    *response.headers_mut() = made.headers.clone();
    if has {
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    response
}

/// Returns the name of the page that a request is shown: all that it follows from, but R.
fn name(app: &App, request: &PageRequest) -> String {
    // These pages show of the newest checkpoint, which comes without a position.
    let shows = ["/history", "/figures", "/published"].contains(&request.path.as_str());
    let signed = shows.then(|| app.checkpoint());
    let squeezed = gzip::accepted(request.headers());
    let trouble = app.node.trouble();
    let model = app.node.model();
    let hidden = model.map(|model| model.columns().hidden_through(request.scope()));
    // While something hides that is not folded yet, no page that was made before is shown.
    let hidden = (hidden.unwrap_or_default(), app.node.unfolded().last());
    format!(
        "{hidden:?} {} {} {} {} {squeezed} {} {signed:?} {trouble:?}",
        request.scope().name(),
        request.question(),
        request.id,
        request.origin(),
        request.signed_out.is_some(),
    )
}
