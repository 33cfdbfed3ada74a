//! Connections to a witness: a bounded number, each closed when it is silent too long.
//!
//! Start at [`BoundedListener`].
//!
//! Never here: requests (`http`).

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// Connections at once; more are closed at once.
const CONNECTIONS_MAX: usize = 64;
/// How long a connection may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Accepts at most [`CONNECTIONS_MAX`] connections at once.
pub(super) struct BoundedListener {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

impl BoundedListener {
    /// Accepts from `listener`, inside a runtime.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub(super) fn new(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener: TcpListener::from_std(listener)?,
            free: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        })
    }
}

impl Listener for BoundedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return (Connection::new(stream, permit), address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that fails when nothing is read or written for [`SILENCE_MAX`].
pub(super) struct Connection {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    /// Held for as long as the connection is open.
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, permit: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            silence: Box::pin(sleep(SILENCE_MAX)),
            _permit: permit,
        }
    }

    /// Begins the silence anew after something moved, else ends it when it lasts too long.
    fn or_silence<T>(
        &mut self,
        context: &mut Context<'_>,
        moved: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.silence.as_mut().reset(Instant::now() + SILENCE_MAX);
            return moved;
        }
        let silence = self.silence.as_mut().poll(context);
        silence.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.or_silence(context, moved)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.or_silence(context, moved)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn in_runtime(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(test);
    }

    async fn bounded(free: usize) -> BoundedListener {
        BoundedListener {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            free: Arc::new(Semaphore::new(free)),
        }
    }

    #[test]
    fn a_connection_too_many_is_closed() {
        in_runtime(async {
            let mut listener = bounded(1).await;
            let address = listener.local_addr().unwrap();
            let _first = TcpStream::connect(address).await.unwrap();
            let (accepted, _) = listener.accept().await;
            let mut second = TcpStream::connect(address).await.unwrap();
            let ended = async { second.read(&mut [0]).await.unwrap_or(0) };
            tokio::select! {
                _ = listener.accept() => panic!("more than one was accepted"),
                bytes = ended => assert_eq!(bytes, 0),
            }
            drop(accepted);
            let _third = TcpStream::connect(address).await.unwrap();
            listener.accept().await;
        });
    }

    #[test]
    fn a_connection_that_is_silent_too_long_fails() {
        in_runtime(async {
            let mut listener = bounded(1).await;
            let address = listener.local_addr().unwrap();
            let _client = TcpStream::connect(address).await.unwrap();
            let (mut accepted, _) = listener.accept().await;
            accepted.silence.as_mut().reset(Instant::now());
            let failed = accepted.read(&mut [0]).await.unwrap_err();
            assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        });
    }
}
