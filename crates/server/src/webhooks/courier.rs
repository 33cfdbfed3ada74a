//! The courier: posts a message to a receiver, within bounds, over a connection of its own.
//!
//! Start at [`Courier::post`]. Only the status of the answer counts: its body is not read, and a redirection is an
//! answer like others.
//!
//! Never here: what is posted, and when it is tried again.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::settings::WebhookSettings;
use crate::http::client::Network;

/// How long one delivery may take, from the look-up of the name to the status. Source: docs/reference/limits.md.
pub const DELIVERY_WAIT_MAX: Duration = Duration::from_secs(10);

/// Most bytes of an answer that are read: its head. Source: docs/reference/limits.md.
pub const ANSWER_BYTES_MAX: usize = 16 << 10;

/// Most headers of an answer.
const ANSWER_HEADERS_MAX: usize = 64;

/// Why a message did not arrive. None names the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DeliveryError {
    /// The name leads nowhere.
    #[error("the name of the receiver leads to no address")]
    Name,
    /// The name leads inside.
    #[error("the name of the receiver leads to an address that is not public")]
    Inside,
    /// No connection.
    #[error("no connection")]
    Connection,
    /// No TLS.
    #[error("no connection by TLS: the certificate is not taken, or the receiver speaks none")]
    Tls,
    /// What comes back is no answer.
    #[error("no answer of HTTP, or its head is too large")]
    Answer,
    /// Nothing came in time.
    #[error("no answer within {} s", DELIVERY_WAIT_MAX.as_secs())]
    Late,
    /// An answer that takes nothing.
    #[error("the receiver answered {0}")]
    Status(u16),
    /// The receiver wants no more.
    #[error("the receiver answered 410: it is gone")]
    Gone,
}

/// Posts messages.
#[derive(Clone)]
pub struct Courier {
    tls: TlsConnector,
    networks: Vec<Network>,
}

impl Courier {
    /// Makes a courier that goes where the operator lets it.
    #[must_use]
    pub fn new(settings: &WebhookSettings) -> Self {
        Self {
            tls: settings.tls.clone().into(),
            networks: settings.networks.clone(),
        }
    }

    /// Returns the networks that are not public into which it goes.
    #[must_use]
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Posts a message, and waits for the status: it has arrived where that is 2xx.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub(super) async fn post(
        &self,
        address: &Address,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<(), DeliveryError> {
        let sent = self.status(address, headers, body);
        let status = tokio::time::timeout(DELIVERY_WAIT_MAX, sent).await;
        match status.map_err(|_| DeliveryError::Late)?? {
            StatusCode::GONE => Err(DeliveryError::Gone),
            status if status.is_success() => Ok(()),
            status => Err(DeliveryError::Status(status.as_u16())),
        }
    }

    async fn status(
        &self,
        address: &Address,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<StatusCode, DeliveryError> {
        let mut request = Request::post(address.target()).body(Body::from(body));
        if let Ok(request) = &mut request {
            *request.headers_mut() = headers;
            let host = address.authority().parse();
            let host = host.map_err(|_| DeliveryError::Name)?;
            request.headers_mut().insert(header::HOST, host);
        }
        let request = request.map_err(|_| DeliveryError::Name)?;
        let stream = TcpStream::connect(&*self.resolve(address).await?).await;
        let stream = stream.map_err(|_| DeliveryError::Connection)?;
        if !address.is_secure() {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(address.host().to_owned());
        let name = name.map_err(|_| DeliveryError::Name)?;
        let stream = self.tls.connect(name, stream).await;
        exchange(stream.map_err(|_| DeliveryError::Tls)?, request).await
    }

    /// Returns what the name leads to. Where one of it lies inside, none is gone to: a name that leads to both is
    /// made to be taken for the other.
    async fn resolve(&self, address: &Address) -> Result<Vec<SocketAddr>, DeliveryError> {
        let found = tokio::net::lookup_host((address.host(), address.port())).await;
        let found: Vec<SocketAddr> = found.map_err(|_| DeliveryError::Name)?.collect();
        let may = |at: &SocketAddr| address.may_lead_to(at.ip(), &self.networks);
        match found.iter().all(may) {
            true if found.is_empty() => Err(DeliveryError::Name),
            true => Ok(found),
            false => Err(DeliveryError::Inside),
        }
    }
}

/// Sends a request over a connection, and returns the status of the answer.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Body>,
) -> Result<StatusCode, DeliveryError> {
    let mut client = http1::Builder::new();
    client.max_buf_size(ANSWER_BYTES_MAX);
    client.max_headers(ANSWER_HEADERS_MAX);
    let opened = client.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|_| DeliveryError::Answer)?;
    let answer = sender.send_request(request);
    // Both in one future: where the delivery is given up, so is its connection.
    let (mut answer, mut connection) = (std::pin::pin!(answer), std::pin::pin!(connection));
    tokio::select! {
        answer = &mut answer => answer.map(|answer| answer.status()),
        _ended = &mut connection => answer.await.map(|answer| answer.status()),
    }
    .map_err(|_| DeliveryError::Answer)
}
