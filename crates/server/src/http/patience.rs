//! A socket that is given up when the other side takes too little for too long.
//!
//! Start at [`Patience`].
//!
//! Never here: what is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// In so much time a reader must take [`TAKEN_BYTES_MIN`] of what waits for it, or all.
/// Source: docs/reference/limits.md.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a reader must take in [`WRITE_TIMEOUT`] while something waits for it: half a KiB a second, less than
/// the slowest mobile networks carry. Source: docs/reference/limits.md.
pub(super) const TAKEN_BYTES_MIN: usize = 16 << 10;

/// A socket whose writes end with an error when too little was taken for too long.
pub(super) struct Patience<S> {
    socket: S,
    timeout: Duration,
    taken_bytes_min: usize,
    /// Since a write had to wait, until all is taken.
    waiting: Option<Span>,
}

/// A span of time in which a reader must take its part.
struct Span {
    end: Pin<Box<Sleep>>,
    taken_bytes: usize,
}

impl<S> Patience<S> {
    /// Gives a socket up whose reader takes less than [`TAKEN_BYTES_MIN`] in `timeout`.
    pub(super) const fn new(socket: S, timeout: Duration) -> Self {
        Self {
            socket,
            timeout,
            taken_bytes_min: TAKEN_BYTES_MIN,
            waiting: None,
        }
    }

    /// Passes on what a write came to, with the bytes it took; one that waits for too long has failed.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let (Poll::Ready(Ok(bytes)), Some(span)) = (&written, &mut self.waiting) {
            span.taken_bytes = span.taken_bytes.saturating_add(*bytes);
            if span.taken_bytes >= self.taken_bytes_min {
                self.waiting = None;
            }
        }
        self.wait(context, written)
    }

    /// Gives up what waits, or goes on byte by byte, at the end of the span.
    fn wait<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() && self.waiting.is_none() {
            return written;
        }
        let timeout = self.timeout;
        let span = self.waiting.get_or_insert_with(|| Span {
            end: Box::pin(sleep(timeout)),
            taken_bytes: 0,
        });
        if span.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the reader took too little for too long",
            )));
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            // Nothing is left to be taken.
            self.waiting = None;
        }
        self.wait(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.socket).poll_shutdown(context);
        if ended.is_ready() {
            self.waiting = None;
            return ended;
        }
        self.wait(context, ended)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, bytes);
        self.judge(context, written)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_reader_who_takes_nothing_is_given_up() {
        let (socket, _reader) = tokio::io::duplex(64);
        let mut patient = Patience::new(socket, Duration::from_millis(1));
        patient.write_all(&[0; 64]).await.unwrap();
        let error = patient.write_all(&[0; 1]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reader_who_takes_byte_by_byte_is_given_up() {
        let (socket, mut reader) = tokio::io::duplex(64);
        let mut patient = Patience::new(socket, Duration::from_millis(5));
        patient.taken_bytes_min = usize::MAX;
        let reading = tokio::spawn(async move { while reader.read_u8().await.is_ok() {} });
        let error = patient.write_all(&vec![0; 1 << 30]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(patient);
        reading.await.unwrap();
    }

    #[tokio::test]
    async fn the_span_of_a_reader_begins_anew_with_its_part_and_ends_when_all_is_taken() {
        let (socket, mut reader) = tokio::io::duplex(64);
        let mut patient = Patience::new(socket, WRITE_TIMEOUT);
        patient.taken_bytes_min = 20;
        let mut taken = [0; 64];
        let is_waiting = |patient: &Patience<_>| patient.waiting.is_some();
        patient.write_all(&[0; 64]).await.unwrap();
        assert!(!is_waiting(&patient), "it had room");
        for (bytes, waits) in [(10, true), (10, false), (30, false)] {
            let write = std::pin::pin!(patient.write_all(&[0; 1]));
            assert!(futures_util::poll!(write).is_pending());
            assert!(is_waiting(&patient));
            reader.read_exact(&mut taken[..bytes]).await.unwrap();
            patient.write_all(&vec![0; bytes]).await.unwrap();
            assert_eq!(is_waiting(&patient), waits, "{bytes}");
        }
        let write = std::pin::pin!(patient.write_all(&[0; 1]));
        assert!(futures_util::poll!(write).is_pending());
        patient.flush().await.unwrap();
        assert!(!is_waiting(&patient), "nothing is left to be taken");
    }
}
