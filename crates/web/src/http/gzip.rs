//! Gzip compression, where the caller takes it.
//!
//! Never here: which answers are compressed.

use std::io::Write;

use axum::http::{HeaderMap, HeaderValue, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::negotiate;

/// Below this many bytes a text fits one packet anyway. Source: an Ethernet frame of 1,500 bytes.
const SQUEEZE_BYTES_MIN: usize = 1_200;

/// Whether the reader takes gzip.
pub fn accepted(headers: &HeaderMap) -> bool {
    negotiate::codings(headers).gzip
}

/// Says in the headers that the body is compressed. That it varies by `accept-encoding` is said of every
/// answer that may be.
pub fn mark(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
}

/// Compresses as far as it goes: for what is compressed once.
pub fn best(bytes: &[u8]) -> Option<Vec<u8>> {
    gzip(bytes, Compression::best())
}

/// Compresses fast, for what is made for one request; none where it is not worth it.
pub fn fast(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < SQUEEZE_BYTES_MIN {
        return None;
    }
    any(bytes)
}

/// Compresses fast, however short it is: for those who take nothing else.
pub fn any(bytes: &[u8]) -> Option<Vec<u8>> {
    gzip(bytes, Compression::new(4))
}

fn gzip(bytes: &[u8], level: Compression) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
