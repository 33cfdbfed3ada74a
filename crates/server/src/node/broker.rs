//! The node's own nats-server, and the folder it stands in.
//!
//! Never here: what is done with it.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use std::sync::Arc;
use std::time::Duration;

use access::nats::{Keys, Users};
use journal::Trust;
use journal::child::{AccountNames, Accounts, Child, ChildSettings, ListenSettings, OwnAccounts};
use tokio_util::sync::CancellationToken;

use crate::access::{Tokens, reload};
use crate::clock::Clock;
use crate::config::Up;
use crate::node::{Error, secrets};
use crate::tls::{CertificateFiles, CertificateFollower, Looked, Mistakes};

/// The name of the node's own user.
const USER: &str = "habeasd";

/// A nats-server of a node's own, and what it goes by.
pub(crate) struct Own {
    /// The server.
    pub(crate) child: Child,
    /// How it is told of other accounts.
    pub(crate) access: BrokerAccess,
}

/// The accounts of the node's own nats-server, as the access file has them.
pub(crate) struct BrokerAccess {
    accounts: Accounts,
    users: OwnUsers,
    /// What the server goes by.
    in_force: access::nats::Accounts,
}

impl BrokerAccess {
    /// Returns what the server is told by.
    pub(crate) fn accounts(&self) -> Accounts {
        self.accounts.clone()
    }
}

/// Returns whom a node on a broker of others trusts.
pub(crate) fn trust(authorities: Option<&Path>) -> Trust {
    authorities.map_or(Trust::System, |file| Trust::Authorities(file.to_owned()))
}

/// What the mistakes of the broker's certificate are told as.
const PART: &str = "nats";

/// Reads the certificate that the node's own nats-server is to serve with, where one is named.
///
/// # Errors
/// [`Error::Certificate`].
pub(crate) fn certificate(up: &Up) -> Result<Option<(CertificateFollower, String)>, Error> {
    let (Some(certificate), Some(key)) = (&up.nats_tls_cert, &up.nats_tls_key) else {
        return Ok(None);
    };
    let (certificate, key) = (certificate.clone(), key.clone());
    let (followed, pair) = CertificateFollower::open(CertificateFiles { certificate, key })?;
    Ok(Some((followed, pair.text)))
}

/// Has the node's own nats-server serve with the certificate as its files change, until `stop`.
pub(crate) async fn follow_certificate(
    followed: CertificateFollower,
    accounts: Accounts,
    mistakes: Arc<Mistakes>,
    stop: CancellationToken,
) {
    let take = |looked: Looked| {
        let (accounts, mistakes, stop) = (accounts.clone(), mistakes.clone(), stop.clone());
        async move {
            let pair = match looked {
                Ok(pair) => pair,
                Err(mistake) => {
                    tracing::error!(%mistake, "certificate of nats is not right; the one before stays in force");
                    return mistakes.note(PART, Some(mistake));
                }
            };
            mistakes.note(PART, None);
            while let Err(error) = accounts.put_certificate(&pair.text).await {
                let why = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, why, "the broker does not serve with its new certificate yet");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(REST) => {}
                }
            }
            tracing::info!("the new certificate of nats is in force");
        }
    };
    followed.run(stop.clone(), take).await;
}

/// The node's own users of its broker.
struct OwnUsers {
    node: String,
    system: [String; 1],
}

impl OwnUsers {
    fn new([node, system]: [String; 2]) -> Self {
        Self {
            node,
            system: [system],
        }
    }

    fn of(&self) -> Users<'_> {
        Users {
            node: &self.node,
            system: &self.system,
            keys: Keys::Broker,
            offices: &[],
        }
    }
}

/// How long the node rests when the server could not be told of other accounts.
const REST: Duration = Duration::from_secs(1);

/// Keeps the accounts of the node's own nats-server as the access file has them, until `stop`.
pub(crate) async fn follow(mut own: BrokerAccess, tokens: Arc<Tokens>, stop: CancellationToken) {
    let mut changes = tokens.changes();
    if let Err(error) = own.accounts.connect().await {
        let why = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(%error, why, "the broker is told of other accounts over a connection of then");
    }
    loop {
        changes.mark_unchanged();
        let wanted = tokens.broker_accounts(&own.users.of());
        let names = AccountNames {
            before: &own.in_force.names,
            after: &wanted.names,
        };
        let is_told = wanted == own.in_force
            || match own.accounts.put(&wanted.text, names).await {
                Ok(()) => {
                    tracing::info!("the broker goes by the access file");
                    own.in_force = wanted;
                    true
                }
                Err(error) => {
                    let why = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::error!(%error, why, "the broker does not go by the access file yet");
                    false
                }
            };
        let changed = async {
            if is_told {
                changes.changed().await.is_ok()
            } else {
                tokio::time::sleep(REST).await;
                true
            }
        };
        let goes_on = tokio::select! {
            biased;
            () = stop.cancelled() => false,
            goes_on = changed => goes_on,
        };
        if !goes_on {
            return;
        }
    }
}

/// Which nats-server, and where it listens.
pub(crate) struct Program<'p> {
    /// The program; none to look for it.
    pub(crate) nats_server: Option<&'p Path>,
    /// The tool folder.
    pub(crate) tools: &'p Path,
    /// The port; none for the one before, or a free one.
    pub(crate) port: Option<u16>,
    /// Where it listens, and with which certificate.
    pub(crate) listening: ListenSettings,
}

/// Starts the nats-server of the folder `data`, with accounts as its access file has them.
///
/// # Errors
/// [`Error::File`], [`Error::Child`]; [`Error::Flag`] of an address of others without TLS.
pub(crate) async fn own(
    data: &Path,
    Program {
        nats_server,
        tools,
        port,
        listening,
    }: Program<'_>,
    clock: &dyn Clock,
) -> Result<Own, Error> {
    if !listening.host.is_loopback() && listening.certificate.is_none() {
        return Err(Error::Flag {
            flag: "--nats-listen",
            found: listening.host.to_string(),
            expected: "a loopback address where there is no --nats-tls-cert",
        });
    }
    make_folder(data)?;
    let password = private_token(&data.join("nats.password"))?;
    let binary = journal::child::find_binary(nats_server, tools).map_err(Error::Child)?;
    let logins = journal::child::logins(USER, &password);
    // One that is not right gives nobody access; the node says so, and follows it.
    let file = reload::read(&data.join("access.toml")).unwrap_or_default();
    let users = OwnUsers::new(logins);
    let in_force = access::nats::accounts(&file, clock.now(), &users.of());
    let child = Child::start(ChildSettings {
        binary,
        folder: data.join("nats"),
        port,
        user: USER.into(),
        password,
        log_file: data.join("nats.log"),
        accounts: Some(OwnAccounts {
            text: in_force.text.clone(),
            log_account: access::nats::LOG_ACCOUNT,
        }),
        listening,
    });
    let child = child.await.map_err(Error::Child)?;
    let access = BrokerAccess {
        accounts: child.accounts(),
        users,
        in_force,
    };
    Ok(Own { child, access })
}

/// Returns how the node's own nats-server is asked.
pub(crate) fn settings(child: &Child) -> journal::Settings {
    journal::Settings {
        monitor_urls: vec![child.monitor_url().to_owned()],
        trust: child.trust().clone(),
        ..journal::Settings::default()
    }
}

/// Makes a folder for this user alone, and warns where one stands that others may read.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.map_err(file(path, "created"))?;
    let metadata = std::fs::metadata(path).map_err(file(path, "read"))?;
    if metadata.mode() & 0o077 != 0 {
        let mode = format!("{:03o}", metadata.mode() & 0o777);
        tracing::warn!(
            mode,
            "the data folder can be read by others, but must be for its user alone: chmod -R go= it"
        );
    }
    secrets::make_all_private(path);
    Ok(())
}

/// Returns the token in a private file, made where there is none.
pub(crate) fn private_token(path: &Path) -> Result<String, Error> {
    secrets::keep(path, secrets::token).map_err(file(path, "read or written"))
}

pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    move |source| Error::File {
        path,
        doing,
        source,
    }
}
