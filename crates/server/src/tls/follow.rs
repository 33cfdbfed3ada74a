//! Certificate files as they change: looked at four times a second, read once a change has settled.
//!
//! Never here: what is right in them.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{CertificateFiles, CertificateMistake, Pair};
use crate::access::reload::{Stamp, stamp};

/// How often it is looked whether the files have changed. Source: docs/reference/limits.md.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// What a change of the files came to.
pub type Looked = Result<Pair, CertificateMistake>;

/// A pair of files that is followed.
pub struct CertificateFollower {
    files: CertificateFiles,
    /// The files as they were read last.
    taken: [Stamp; 2],
}

impl CertificateFollower {
    /// Reads a pair for the first time.
    ///
    /// # Errors
    /// [`CertificateMistake`].
    pub fn open(files: CertificateFiles) -> Result<(Self, Pair), CertificateMistake> {
        // Looked at before they are read: what is written meanwhile is read at the next look.
        let taken = look(&files);
        let pair = files.read()?;
        Ok((Self { files, taken }, pair))
    }

    /// Hands what has changed to `take`, until `stop`. A pair is read at the second look that finds it the
    /// same: the two files of a new pair are seldom put in place at once.
    pub async fn run<F: Future<Output = ()> + Send>(
        mut self,
        stop: CancellationToken,
        mut take: impl FnMut(Looked) -> F + Send,
    ) {
        let mut before = self.taken;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
            let now = look(&self.files);
            if now == before && now != self.taken {
                self.taken = now;
                take(self.files.read()).await;
            }
            before = now;
        }
    }
}

fn look(files: &CertificateFiles) -> [Stamp; 2] {
    [stamp(&files.certificate), stamp(&files.key)]
}
