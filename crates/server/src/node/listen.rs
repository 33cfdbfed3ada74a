//! Where HTTP is served: the listener, its TLS, and the bounds of its connections.
//!
//! Never here: routes.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::Error;
use super::context::Context;
use crate::config::Common;
use crate::http::connections;
use crate::http::{self, App};
use crate::page;
use crate::tls::{CertificateFiles, CertificateFollower, Certificates, Mistakes};

/// Where HTTP answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpAddress {
    /// The address.
    pub address: SocketAddr,
    /// `http`, or `https` where this node has a certificate of its own.
    pub scheme: &'static str,
}

impl std::fmt::Display for HttpAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.address)
    }
}

/// What the mistakes of HTTP's certificate are told as.
const PART: &str = "http";

/// Serves the API and the pages; returns where.
pub(super) async fn serve_http(
    context: &Context,
    common: &Common,
    app: App,
) -> Result<HttpAddress, Error> {
    let failed = |source| Error::Listen {
        address: common.listen,
        source,
    };
    let tls = acceptor(context, common, &app.certificates)?;
    let listener = TcpListener::bind(common.listen).await.map_err(failed)?;
    let served = HttpAddress {
        address: listener.local_addr().map_err(failed)?,
        scheme: if tls.is_some() { "https" } else { "http" },
    };
    let stop = context.stop.clone();
    let (refreshing, refresh_stop) = (app.clone(), stop.clone());
    context.spawn(async move {
        let refresh = page::cache::refresh::run(refreshing.clone(), refresh_stop);
        let _ended = refreshing.answer_threads.run(refresh).await;
    });
    let connections = app.bounds.connections.clone();
    let router = http::router(app);
    context.spawn(connections::serve(
        listener,
        router,
        (connections, tls),
        stop,
    ));
    Ok(served)
}

/// Reads the certificate, where one is named, and follows its files.
fn acceptor(
    context: &Context,
    common: &Common,
    mistakes: &Arc<Mistakes>,
) -> Result<Option<TlsAcceptor>, Error> {
    let (Some(certificate), Some(key)) = (&common.tls_cert, &common.tls_key) else {
        return Ok(None);
    };
    let (certificate, key) = (certificate.clone(), key.clone());
    let (followed, pair) = CertificateFollower::open(CertificateFiles { certificate, key })?;
    let certificates = Arc::new(Certificates::new(pair));
    let acceptor = certificates.acceptor().map_err(Error::Tls)?;
    let mistakes = mistakes.clone();
    context.spawn(followed.run(context.stop.clone(), move |looked| {
        match looked {
            Ok(pair) => {
                certificates.replace(pair);
                mistakes.note(PART, None);
                tracing::info!("the new certificate of http is in force");
            }
            Err(mistake) => {
                tracing::error!(%mistake, "certificate of http is not right; the one before stays in force");
                mistakes.note(PART, Some(mistake));
            }
        }
        std::future::ready(())
    }));
    Ok(Some(acceptor))
}
