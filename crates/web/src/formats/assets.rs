//! Assets: the style sheet, the script, the font, built in and served under names that hold their
//! hash, so that browsers keep them for ever.
//!
//! Never here: pages.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::gzip;

/// How many hex digits of its hash stand in the name of a file.
const HASH_DIGITS: usize = 12;

/// One file.
struct Asset {
    name: String,
    media_type: &'static str,
    bytes: &'static [u8],
    squeezed: Option<Vec<u8>>,
}

/// The addresses of the assets, for templates.
pub struct Addresses {
    /// The style sheet.
    pub style: String,
    /// The script.
    pub script: String,
    /// The icon.
    pub icon: String,
}

struct Assets {
    all: Vec<Asset>,
    addresses: Addresses,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let font = asset(
        "noto-sans-khmer",
        "woff2",
        "font/woff2",
        include_bytes!("../../assets/noto-sans-khmer-khmer-400-normal.woff2"),
    );
    // The style sheet names the font by its address, so its own hash changes with the font's.
    let style = include_str!("../../assets/page.css").replace("{{khmer}}", &font.name);
    let style = asset(
        "page",
        "css",
        "text/css; charset=utf-8",
        style.into_bytes().leak(),
    );
    let script = asset(
        "page",
        "js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/page.js"),
    );
    let icon = asset(
        "icon",
        "svg",
        "image/svg+xml",
        include_bytes!("../../assets/icon.svg"),
    );
    let address = |asset: &Asset| format!("/assets/{}", asset.name);
    let addresses = Addresses {
        style: address(&style),
        script: address(&script),
        icon: address(&icon),
    };
    Assets {
        all: vec![font, style, script, icon],
        addresses,
    }
});

fn asset(stem: &str, ending: &str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    let mut hash = event::hex(&Sha256::digest(bytes));
    hash.truncate(HASH_DIGITS);
    // A font is compressed already.
    let squeezed = if ending == "woff2" {
        None
    } else {
        gzip::best(bytes)
    };
    Asset {
        name: format!("{stem}.{hash}.{ending}"),
        media_type,
        bytes,
        squeezed,
    }
}

/// Returns the addresses of the assets.
pub(crate) fn addresses() -> &'static Addresses {
    &ASSETS.addresses
}

/// Serves one asset.
pub async fn one(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.all.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = match &asset.squeezed {
        Some(squeezed) if gzip::accepted(&headers) => {
            let mut response = squeezed.as_slice().into_response();
            gzip::mark(response.headers_mut());
            response
        }
        _ => asset.bytes.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.media_type),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}
