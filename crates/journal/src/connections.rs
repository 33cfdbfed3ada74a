//! The open connections of a broker, over its system account: listed, and ended.
//!
//! Start at [`Connections::list`]. Source: nats-server, System Events, `$SYS.REQ.SERVER.PING.CONNZ` and
//! `$SYS.REQ.SERVER.<id>.KICK`.
//!
//! Never here: which connections should end.

use std::time::Duration;

use async_nats::Client;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::error::Error;
use crate::limits;

/// How long servers of a cluster may take to list their connections.
const LIST_WAIT: Duration = Duration::from_millis(250);

/// Connections that a server lists at once.
const LISTED: usize = 1_024;

/// An open connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConnection {
    server: String,
    number: u64,
    /// In which account.
    pub account: String,
}

/// How many servers a broker is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Servers {
    /// One, whose answer is the last.
    One,
    /// Nobody knows: what answers within a moment counts.
    Cluster,
}

/// The connections of a broker.
#[derive(Clone)]
pub struct Connections {
    system: Client,
    servers: Servers,
}

impl Connections {
    /// Asks over `system`, a connection of the system account.
    pub(crate) const fn new(system: Client, servers: Servers) -> Self {
        Self { system, servers }
    }

    /// Lists the open connections of every server.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where no server answers.
    pub async fn list(&self) -> Result<Vec<OpenConnection>, Error> {
        let doing = "listing connections";
        let no_answer = || Error::NoAnswer { doing };
        let wait = match self.servers {
            Servers::One => limits::REQUEST_TIMEOUT,
            Servers::Cluster => LIST_WAIT,
        };
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
            while let Ok(Some(answer)) = timeout(wait, answers.next()).await {
                servers += 1;
                if let Ok(page) = serde_json::from_slice::<Value>(&answer.payload) {
                    has_more |= listed(&page, &mut open) >= LISTED;
                }
                if self.servers == Servers::One {
                    break;
                }
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
