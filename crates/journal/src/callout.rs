//! A broker of others asks this node who may connect, and ends connections that it names.
//!
//! Start at [`Callout::connect`]. Over one user the broker's questions are answered, over another, of the system
//! account, connections are listed and ended. Source: nats-server, auth callout; System Events,
//! `$SYS.REQ.SERVER.PING.CONNZ` and `$SYS.REQ.SERVER.<id>.KICK`.
//!
//! Never here: who may connect.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Message, ServerAddr, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use nkeys::KeyPair;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::error::Error;
use crate::jwt::Question;
use crate::limits;
use crate::link::without_login;
use crate::trust::Trust;

/// Where a broker asks.
const ASKED: &str = "$SYS.REQ.USER.AUTH";

/// The nodes that answer share the questions.
const GROUP: &str = "habeas-access";

/// How long servers of a cluster may take to list their connections.
const LIST_WAIT: Duration = Duration::from_millis(250);

/// Connections that a server lists at once.
const LISTED: usize = 1_024;

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

/// An open connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConnection {
    server: String,
    number: u64,
    /// In which account.
    pub account: String,
}

/// A broker that asks this node.
pub struct Callout {
    issuer: KeyPair,
    questions: Subscriber,
    client: Client,
    connections: Connections,
}

/// The connections of a broker.
#[derive(Clone)]
pub struct Connections {
    system: Client,
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
            connections: Connections { system },
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

impl Connections {
    /// Lists the open connections of every server.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where no server answers.
    pub async fn list(&self) -> Result<Vec<OpenConnection>, Error> {
        let doing = "listing connections";
        let no_answer = || Error::NoAnswer { doing };
        let mut open = Vec::new();
        let mut offset = 0;
        loop {
            let ask = json!({"auth": true, "limit": LISTED, "offset": offset}).to_string();
            let inbox = self.system.new_inbox();
            let answers = self.system.subscribe(inbox.clone()).await;
            let mut answers = answers.map_err(|_| no_answer())?;
            let subject = "$SYS.REQ.SERVER.PING.CONNZ";
            let asked = self.system.publish_with_reply(subject, inbox, ask.into());
            asked.await.map_err(|_| no_answer())?;
            let (mut servers, mut has_more) = (0, false);
            while let Ok(Some(answer)) = timeout(LIST_WAIT, answers.next()).await {
                servers += 1;
                let Ok(page) = serde_json::from_slice::<Value>(&answer.payload) else {
                    continue;
                };
                has_more |= listed(&page, &mut open) >= LISTED;
            }
            if servers == 0 {
                return Err(no_answer());
            }
            if !has_more {
                return Ok(open);
            }
            offset += LISTED;
        }
    }

    /// Ends a connection.
    ///
    /// # Errors
    /// [`Error::NoAnswer`].
    pub async fn end(&self, open: &OpenConnection) -> Result<(), Error> {
        let doing = "ending a connection";
        let subject = format!("$SYS.REQ.SERVER.{}.KICK", open.server);
        let ask = json!({"cid": open.number}).to_string();
        let asked = timeout(
            limits::REQUEST_TIMEOUT,
            self.system.request(subject, ask.into()),
        );
        match asked.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::NoAnswer { doing }),
        }
    }
}

/// Adds the connections of one server's answer; returns how many there are.
fn listed(page: &Value, open: &mut Vec<OpenConnection>) -> usize {
    let server = page.pointer("/server/id").and_then(Value::as_str);
    let found = page.pointer("/data/connections").and_then(Value::as_array);
    let (Some(server), Some(found)) = (server, found) else {
        return 0;
    };
    open.extend(found.iter().filter_map(|one| {
        Some(OpenConnection {
            server: server.to_owned(),
            number: one.get("cid")?.as_u64()?,
            account: one.get("account")?.as_str()?.to_owned(),
        })
    }));
    found.len()
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
