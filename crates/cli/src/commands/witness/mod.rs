//! `habeas witness`: cosigns the checkpoints of logs that only grow (C2SP tlog-witness).
//!
//! A partner organisation runs it, with a key of its own and on a machine of its own. Start at
//! `state`, for what it remembers and when, and at `http`, for how it is asked.
//!
//! Never here: how a request is judged (`proof::witness`).

mod http;
mod listener;
mod state;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proof::{Role, Signer, Verifier};

use super::{Exit, Terminal, verify};
use crate::client::Failure;
use crate::history::read;
use state::Witness;

/// Cosigns the checkpoints of logs that only grow
///
/// Examples:
///   habeas witness new-key --name w1.partner.example --key witness.key
///   habeas witness serve --key witness.key --log VKEY --state witness/ --listen 127.0.0.1:8421
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Makes a key, and prints the public part for the policies of others
    NewKey {
        /// The name that cosignatures carry, without a scheme, e.g. w1.partner.example
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The file to keep the secret in; one that exists is not written over
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Takes checkpoints over HTTP: POST /add-checkpoint
    Serve {
        /// The file with the secret
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The public key of a log to cosign for; can be given again
        #[arg(long = "log", value_name = "VKEY", value_parser = log_key)]
        logs: Vec<Verifier>,
        /// Cosign for the logs of this policy too
        #[arg(long, value_name = "FILE", required_unless_present = "logs")]
        policy: Option<PathBuf>,
        /// The folder in which it remembers what it cosigned last. Losing it, or restoring an older
        /// copy, makes the witness worthless: take a new key then
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        /// Where it listens
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8421")]
        listen: SocketAddr,
    },
}

fn log_key(text: &str) -> Result<Verifier, String> {
    let key: Verifier = text.parse().map_err(|e: proof::Malformed| e.to_string())?;
    match key.role() {
        Role::Log => Ok(key),
        Role::Cosigner => Err("must be a log's key, of type 1".to_owned()),
    }
}

/// Makes a key, or serves until the process is ended.
///
/// # Errors
/// [`Failure`]: a file that is none, or an address that cannot be listened on.
pub(super) fn run(args: &Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    match &args.what {
        Action::NewKey { name, key } => {
            let signer = new_key(name)?;
            keep(key, &signer)?;
            terminal.line(&signer.verifier().to_string())?;
            Ok(Exit::Ok)
        }
        Action::Serve {
            key,
            logs,
            policy,
            state,
            listen,
        } => {
            let mut logs = logs.clone();
            if let Some(path) = policy {
                let policy = verify::policy(path)?;
                logs.extend(policy.logs().iter().map(|log| log.key.clone()));
            }
            let witness = Arc::new(Witness::open(state, signer(key)?, logs, terminal.clock)?);
            let listener = TcpListener::bind(listen);
            let listener = listener.map_err(|source| unheard(*listen, source))?;
            let address = listener.local_addr();
            let address = address.map_err(|source| unheard(*listen, source))?;
            terminal.say(&format!(
                "{} takes checkpoints at http://{address}",
                witness.key()
            ));
            let served = http::serve(listener, witness);
            served.map_err(|source| unheard(*listen, source))?;
            Ok(Exit::Ok)
        }
    }
}

fn unheard(address: SocketAddr, source: std::io::Error) -> Failure {
    Failure::Io {
        path: address.to_string().into(),
        doing: "be listened on",
        source,
    }
}

/// Makes a key of the machine's randomness: four random UUIDs carry 488 bits of it.
fn new_key(name: &str) -> Result<Signer, Failure> {
    let random: Vec<u8> = (0..4)
        .flat_map(|_| uuid::Uuid::new_v4().into_bytes())
        .collect();
    let made = Signer::new(name, Role::Cosigner, &proof::sha256(&random));
    made.map_err(|problem| Failure::Usage {
        what: "the name cannot be a key's".to_owned(),
        found: format!("{name:?}"),
        right: Some(problem.expected.to_owned()),
        next: None,
    })
}

/// Keeps a secret in a new file that only its owner reads.
fn keep(path: &Path, signer: &Signer) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let kept = file.and_then(|mut file| {
        file.write_all(format!("{}\n", signer.secret()).as_bytes())?;
        file.sync_all()
    });
    kept.map_err(|source| Failure::Io {
        path: path.to_owned(),
        doing: "be written as a new file",
        source,
    })
}

fn signer(path: &Path) -> Result<Signer, Failure> {
    let bytes = read(path)?;
    let text = str::from_utf8(&bytes).unwrap_or_default().trim_end();
    let signer: Option<Signer> = text.parse().ok();
    let signer = signer.filter(|signer| signer.verifier().role() == Role::Cosigner);
    signer.ok_or_else(|| Failure::Usage {
        what: format!("{} holds no witness's key", path.display()),
        // Never what was found: it is a secret.
        found: String::new(),
        right: Some("PRIVATE+KEY+<name>+<id>+<base64>, of type 4".to_owned()),
        next: Some("make one with `habeas witness new-key`".to_owned()),
    })
}
