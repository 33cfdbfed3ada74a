//! A broker of others asks this node who may connect, and ends connections that it names.
//!
//! Start at [`Callout::connect`]. Over one user the broker's questions are answered, over another, of the system
//! account, connections are listed and ended ([`crate::connections`]). Source: nats-server, auth callout.
//!
//! Never here: who may connect.

use async_nats::{Client, ConnectOptions, Message, ServerAddr, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use nkeys::KeyPair;

use crate::connections::{Connections, Servers};
use crate::error::Error;
use crate::jwt::Question;
use crate::limits;
use crate::link::without_login;
use crate::trust::Trust;

/// Where a broker asks.
const ASKED: &str = "$SYS.REQ.USER.AUTH";

/// The nodes that answer share the questions.
const GROUP: &str = "habeas-access";

/// The secret halves by which a node answers: of the account that signs, of the user who hears questions, and of
/// a user of the system account.
#[derive(Clone)]
pub struct Seeds {
    /// `SA...`
    pub issuer: String,
    /// `SU...`
    pub user: String,
    /// `SU...`
    pub system: String,
}

/// What who connects may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// In which account.
    pub account: String,
    /// On which subjects they publish; none is none.
    pub publish: Vec<String>,
    /// To which they subscribe.
    pub subscribe: Vec<String>,
    /// When the connection ends, in seconds since 1970; none where it does not.
    pub expires_seconds: Option<i64>,
}

/// A broker that asks this node.
pub struct Callout {
    issuer: KeyPair,
    questions: Subscriber,
    client: Client,
    connections: Connections,
}

/// One who wants to connect.
pub struct Knock {
    question: Question,
    message: Message,
}

impl Knock {
    /// Returns the public key that they have proven to hold.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.question.key.as_deref()
    }
}

impl Callout {
    /// Answers the broker at `url` (comma-separated where there are several servers).
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Seed`], [`Error::Connect`], [`Error::Tls`], [`Error::NoAnswer`].
    pub async fn connect(url: &str, seeds: &Seeds, trust: &Trust) -> Result<Self, Error> {
        let issuer = KeyPair::from_seed(&seeds.issuer).map_err(|_| Error::Seed)?;
        let client = connect(url, &seeds.user, trust).await?;
        let system = connect(url, &seeds.system, trust).await?;
        let subscribed = client.queue_subscribe(ASKED, GROUP.to_owned()).await;
        let doing = "subscribing to who connects";
        let questions = subscribed.map_err(|_| Error::NoAnswer { doing })?;
        client
            .flush()
            .await
            .map_err(|_| Error::NoAnswer { doing })?;
        Ok(Self {
            issuer,
            questions,
            client,
            connections: Connections::new(system, Servers::Cluster),
        })
    }

    /// Returns the connections of the broker.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// Waits for the next who wants to connect; none when the connection was closed for good.
    pub async fn next(&mut self) -> Option<Knock> {
        loop {
            let message = self.questions.next().await?;
            if let Some(question) = Question::parse(&message.payload) {
                return Some(Knock { question, message });
            }
            tracing::warn!("a question of the broker's could not be read");
        }
    }

    /// Lets somebody in, or says why not, to the broker's log alone. `now`: in seconds since 1970.
    pub async fn answer(&self, knock: Knock, granted: Result<&Grant, &str>, now: i64) {
        let Some(reply) = knock.message.reply else {
            return;
        };
        if let Some(answer) = knock.question.answer(&self.issuer, (granted, now)) {
            // Who is not answered is refused by the broker.
            drop(self.client.publish(reply, Bytes::from(answer)).await);
        }
    }
}

async fn connect(url: &str, seed: &str, trust: &Trust) -> Result<Client, Error> {
    let addresses = url.split(',').enumerate().map(|(index, text)| {
        let address: Result<ServerAddr, _> = without_login(text).trim().parse();
        address.map_err(|_| Error::Address { index })
    });
    let addresses = addresses.collect::<Result<Vec<_>, _>>()?;
    let options = ConnectOptions::with_nkey(seed.to_owned())
        .name("habeas-access")
        .connection_timeout(limits::CONNECT_TIMEOUT)
        .request_timeout(Some(limits::REQUEST_TIMEOUT));
    let options = trust.apply(options).map_err(Error::Tls)?;
    options.connect(addresses).await.map_err(Error::Connect)
}
