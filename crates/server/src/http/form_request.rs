//! A request for a list in some form.
//!
//! Never here: the forms (crate `web`).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::files::ListPath;
use web::http::parameters::Parameters;

use super::App;
use super::problem::Problem;

/// A request for a list in some form: the parameters without those of the form.
pub(crate) struct FormRequest {
    /// The form and the path.
    pub(crate) asked: ListPath,
    /// The parameters that are left.
    pub(crate) parameters: Parameters,
}

impl FromRequestParts<App> for FormRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut parameters = Parameters::from_request_parts(parts, app).await?;
        let asked = ListPath::take(parts, &mut parameters)?;
        Ok(Self { asked, parameters })
    }
}
