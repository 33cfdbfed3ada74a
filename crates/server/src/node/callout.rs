//! A broker of others that asks this node who may connect: the access file answers, and what it takes back ends.
//!
//! Start at [`follow`]. It is so where `DATA/nats.callout` stands, which `habeas access nats --callout` makes.
//!
//! Never here: the protocol (crate `journal`), and what a key may do (crate `access`).

use std::path::Path;
use std::time::Duration;

use journal::Trust;
use journal::callout::{Callout, Grant, Seeds};
use journal::connections::Connections;
use tokio_util::sync::CancellationToken;

use crate::access::{BrokerKeys, Tokens};
use crate::node::Error;
use crate::node::broker::file;

/// The file with the secret halves, one a line: of the account that signs, of the user who is asked, and of the
/// user of the system account.
const FILE: &str = "nats.callout";

/// How often it is looked whether a connection is open that should not be, beside each change of the access file.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// How long the node rests when the broker could not be reached.
const REST: Duration = Duration::from_secs(1);

/// What the broker writes into its log of one who is refused; they themselves are told nothing of it.
const REFUSED: &str = "the access file has no such key, or not any more";

/// Where a broker asks this node.
pub(super) struct CalloutSettings {
    url: String,
    trust: Trust,
    seeds: Seeds,
}

/// Reads by what this node answers the broker at `url`; none where no broker asks it.
///
/// # Errors
/// [`Error::File`] of a file that cannot be read, that others can read, or that holds something else.
pub(super) fn read(data: &Path, url: &str, trust: Trust) -> Result<Option<CalloutSettings>, Error> {
    use std::os::unix::fs::MetadataExt as _;
    let path = data.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file(&path, "read")(error)),
    };
    let mode = std::fs::metadata(&path)
        .map_err(file(&path, "read"))?
        .mode()
        & 0o777;
    let wrong = |what: String| file(&path, "taken")(std::io::Error::other(what));
    if mode & 0o077 != 0 {
        return Err(wrong(format!("its mode is {mode:03o}, but must be 600")));
    }
    let mut lines = text.lines().map(|line| line.trim().to_owned());
    let mut next = || lines.next().filter(|line| !line.is_empty());
    match (next(), next(), next()) {
        (Some(issuer), Some(user), Some(system)) => Ok(Some(CalloutSettings {
            url: url.to_owned(),
            trust,
            seeds: Seeds {
                issuer,
                user,
                system,
            },
        })),
        _ => Err(wrong("it has fewer than 3 lines, each a seed".to_owned())),
    }
}

/// Answers the broker until `stop`, and ends the connections of keys that are not taken any more.
pub(super) async fn follow(asked: CalloutSettings, keys: BrokerKeys, stop: CancellationToken) {
    loop {
        let answered = async {
            match Callout::connect(&asked.url, &asked.seeds, &asked.trust).await {
                Ok(callout) => {
                    tracing::info!("the broker asks this node who may connect");
                    let connections = callout.connections();
                    tokio::select! {
                        () = answer(callout, &keys) => {}
                        () = end_what_ended(&connections, keys.tokens()) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the broker cannot ask this node who may connect")
                }
            }
            tokio::time::sleep(REST).await;
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = answered => {}
        }
    }
}

/// Answers each who wants to connect.
async fn answer(mut callout: Callout, keys: &BrokerKeys) {
    while let Some(knock) = callout.next().await {
        let key = knock.key().and_then(|key| keys.tokens().valid_key(key));
        if key.is_none() {
            keys.note_refusal(knock.key());
        }
        let grant = key.map(|key| {
            let [publish, subscribe] = access::nats::permissions(&key);
            Grant {
                account: access::nats::account(&key.nkey),
                publish,
                subscribe,
                expires_seconds: key.expires.map(|expires| expires.parts().0),
            }
        });
        let (now, _) = keys.clock().now().parts();
        callout
            .answer(knock, grant.as_ref().ok_or(REFUSED), now)
            .await;
    }
}

/// Ends the connections of keys that are not taken any more: at each change, and every minute.
async fn end_what_ended(connections: &Connections, tokens: &Tokens) {
    let mut changes = tokens.changes();
    loop {
        changes.mark_unchanged();
        match connections.list().await {
            Ok(open) => {
                for one in open {
                    let Some(key) = one.account.strip_prefix("key-") else {
                        continue;
                    };
                    if tokens.valid_key(key).is_some() {
                        continue;
                    }
                    match connections.end(&one).await {
                        Ok(()) => tracing::info!("a connection of a key that has ended is ended"),
                        Err(error) => {
                            tracing::error!(%error, "a connection of a key that has ended goes on")
                        }
                    }
                }
            }
            Err(error) => tracing::error!(%error, "connections of keys that have ended may go on"),
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}
