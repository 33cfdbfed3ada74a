//! The wiring: which parts a node has, in the order in which they start and stop.
//!
//! Start at [`up`] and [`serve`]. Tests start nodes through them as the daemon does.
//!
//! Never here: decisions. Each part is told all it needs.

pub(crate) mod broker;
pub mod secrets;
pub mod settings_watch;
mod state;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event::Position;
use journal::child::Child;
use journal::{Journal, Replicas};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::access::Tokens;
use crate::clock::Clock;
use crate::config::{Common, Serve, Up};
use crate::gate::{self, Inboxes, Sender, Writer, WriterSettings};
use crate::history;
use crate::history::ingest::Keeper;
use crate::history::scrub::Scrub;
use crate::http::{self, App};
use crate::metrics::Metrics;
use crate::notary::{self, Notary};
use crate::page::{self, Pages, PagesError};
use crate::projector::rebuild::Follower;
use broker::{file, kept, make_folder};

pub use state::{Node, Trouble};

/// The invented scenario of Phnom Penh, 2020, one event a line.
const DEMO: &[u8] = include_bytes!("../../../../docs/examples/phnom-penh-2020.jsonl");

/// Three commands to try on the demo.
pub const DEMO_COMMANDS: &str = "\
try:
  habeas figures measure=persons kind=arrest occurred=2020 group_by=month
  habeas figures definition=detained/any on=2020-12-10 at=recorded:2020-09-01T00:00:00Z
  habeas cases mekong-rights:2020-007
or in a browser: http://{address}/";

/// How long open requests may take to end when the daemon stops.
const STOP_WAIT: Duration = Duration::from_secs(8);

/// How long one look for the start's position takes; it is repeated until the log is folded.
const START_WAIT: Duration = Duration::from_secs(60);

/// Why a node does not start, or ends by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of the node.
    #[error("{path} could not be {doing}")]
    File {
        /// The path.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The address is taken, or not this machine's.
    #[error("{address} could not be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why it failed.
        source: std::io::Error,
    },
    /// nats-server does not start.
    #[error("nats-server could not be started")]
    Child(#[source] journal::child::ChildError),
    /// The log does not answer.
    #[error("the log could not be reached")]
    Journal(#[source] journal::Error),
    /// A flag's value.
    #[error("{flag} is {found}, but must be {expected}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// As given.
        found: String,
        /// What is right.
        expected: &'static str,
    },
    /// The node's own history.
    #[error(transparent)]
    History(#[from] history::Error),
    /// The demo was not taken.
    #[error("the demo could not be loaded: {0}")]
    Demo(String),
    /// The folder of pages.
    #[error("the pages cannot be made")]
    Pages(#[source] PagesError),
    /// The read model cannot be built.
    #[error("the read model cannot be built: {0}")]
    Model(String),
}

/// A node that runs.
pub struct Running {
    address: SocketAddr,
    token_file: PathBuf,
    nats_url: String,
    demo: bool,
    node: Arc<Node>,
    child: Option<Child>,
    stop: CancellationToken,
    tasks: TaskTracker,
    failed: watch::Receiver<Option<String>>,
}

/// Starts a node with a nats-server of its own.
///
/// # Errors
/// [`Error`] says which part did not start.
pub async fn up(up: Up, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    let data = up.common.data.clone();
    let nats_server = up.nats_server.as_deref();
    let child = broker::own(&data, nats_server, &up.tools, up.nats_port).await?;
    let url = child.url().to_owned();
    let settings = broker::settings(&child);
    match start(&up.common, &url, settings, up.demo, clock).await {
        Ok(running) => Ok(Running {
            child: Some(child),
            ..running
        }),
        Err(error) => {
            child.stop().await;
            Err(error)
        }
    }
}

/// Starts a node on a nats-server or cluster that exists.
///
/// # Errors
/// [`Error`] says which part did not start.
pub async fn serve(serve: Serve, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    make_folder(&serve.common.data)?;
    let replicas = match serve.replicas {
        1 => Replicas::One,
        3 => Replicas::Three,
        other => {
            return Err(Error::Flag {
                flag: "--replicas",
                found: other.to_string(),
                expected: "1 or 3",
            });
        }
    };
    let settings = journal::Settings {
        replicas,
        monitor_urls: serve.monitors.clone(),
        ..journal::Settings::default()
    };
    start(&serve.common, &serve.nats, settings, false, clock).await
}

async fn start(
    common: &Common,
    url: &str,
    settings: journal::Settings,
    demo: bool,
    clock: Arc<dyn Clock>,
) -> Result<Running, Error> {
    let token_file = common.data.join("operator.token");
    let token = kept(&token_file)?;
    let url_file = common.data.join("nats.url");
    secrets::write(&url_file, url).map_err(file(&url_file, "written"))?;
    let journal = Journal::connect(url, settings)
        .await
        .map_err(Error::Journal)?;
    let node = Arc::new(Node::default());
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    settings_watch::check(&node, &journal).await;
    tasks.spawn(settings_watch::watch(
        node.clone(),
        journal.clone(),
        stop.clone(),
    ));

    let archive = history::open(&common.data)?;
    let origin = common.origin.as_deref();
    let founding = history::founding(&common.data, &archive, &journal, origin).await?;
    let (policy_text, policy) = match &common.policy {
        Some(path) => history::policy(path).map(|(text, policy)| (Some(text), Some(policy)))?,
        None => (None, None),
    };
    let keeper = Keeper {
        node: node.clone(),
        journal: journal.clone(),
        archive: archive.clone(),
        clock: clock.clone(),
        kept: watch::Sender::new(archive.last()),
        stop: stop.clone(),
    };
    let (failed_sender, failed) = watch::channel(None);
    let follower = Follower {
        node: node.clone(),
        archive: archive.clone(),
        kept: keeper.kept.subscribe(),
        folder: common.data.join("views"),
        cache_bytes: common.cache_mib << 20,
        clock: clock.clone(),
        stop: stop.clone(),
    };
    tasks.spawn(keeper.run());
    tasks.spawn(
        Scrub {
            node: node.clone(),
            journal: journal.clone(),
            archive: archive.clone(),
            clock: clock.clone(),
            stop: stop.clone(),
        }
        .run(),
    );
    let (desk, requests) = notary::desk();
    let notary = Notary {
        node: node.clone(),
        journal: journal.clone(),
        archive: archive.clone(),
        kept: follower.kept.clone(),
        data: common.data.clone(),
        policy,
        anchors: Duration::from_secs(common.anchor_seconds),
        clock: clock.clone(),
        stop: stop.clone(),
    };
    tasks.spawn(notary.run(requests));
    tasks.spawn(async move {
        if let Err(error) = follower.run().await {
            tracing::error!(error = %error, "the read model cannot be built");
            failed_sender.send_replace(Some(error.to_string()));
        }
    });

    let (writer, gate) = Writer::new(WriterSettings {
        node: node.clone(),
        journal: journal.clone(),
        clock: clock.clone(),
        key: founding.key.as_ref().map(ToString::to_string),
        origin: founding.origin,
        genesis_id: Uuid::new_v4().to_string(),
    });
    tasks.spawn(writer.run(stop.clone()));
    let inboxes = Arc::new(Inboxes::new(
        gate.clone(),
        journal.clone(),
        tasks.clone(),
        stop.clone(),
    ));
    let submissions = journal.submissions().await.map_err(Error::Journal)?;
    tasks.spawn(gate::serve_requests(
        gate.clone(),
        submissions,
        stop.clone(),
    ));

    let listener = TcpListener::bind(common.listen)
        .await
        .map_err(|source| Error::Listen {
            address: common.listen,
            source,
        })?;
    let address = listener.local_addr().map_err(|source| Error::Listen {
        address: common.listen,
        source,
    })?;
    let app = App {
        node: node.clone(),
        gate: gate.clone(),
        inboxes: inboxes.clone(),
        journal: journal.clone(),
        archive: archive.clone(),
        desk,
        policy: policy_text,
        history_is_public: common.public_history,
        tokens: Arc::new(Tokens::new(&token)),
        metrics: Arc::new(Metrics::default()),
        pages: Arc::new(Pages::load(common.pages.as_deref(), clock).map_err(Error::Pages)?),
        stop: stop.clone(),
    };
    tasks.spawn(page::cache::refresh::run(app.clone(), stop.clone()));
    let serving = axum::serve(listener, http::router(app))
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    tasks.spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(error = %error, "http ended");
        }
    });
    let running = Running {
        address,
        token_file,
        nats_url: url.to_owned(),
        demo,
        node: node.clone(),
        child: None,
        stop,
        tasks,
        failed,
    };
    running.tasks.spawn(know_organisations(
        node,
        inboxes.clone(),
        running.stop.clone(),
    ));
    if let Err(error) = running.ready(&gate, &inboxes, &journal, common).await {
        running.stop().await;
        return Err(error);
    }
    Ok(running)
}

impl Running {
    /// Waits until what stands in the log can be answered for, then opens the inboxes. In trouble it
    /// answers for what it knows.
    async fn ready(
        &self,
        gate: &gate::Gate,
        inboxes: &Inboxes,
        journal: &Journal,
        common: &Common,
    ) -> Result<(), Error> {
        let last = journal.state().await.map_err(Error::Journal)?.last;
        let mut failed = self.failed.clone();
        let built = async { while !self.node.wait_for(last, START_WAIT).await {} };
        let troubled = async {
            self.node.troubled().await;
            // What is known is loaded before anyone is told that it answers.
            while !self.node.wait_for(Position::ZERO, START_WAIT).await {}
        };
        tokio::select! {
            () = built => {}
            () = troubled => {}
            why = failed.wait_for(Option::is_some) => {
                let why = why.ok().and_then(|why| why.clone()).unwrap_or_default();
                return Err(Error::Model(why));
            }
        }
        if self.demo && last <= Position::new(1) && self.node.trouble().is_none() {
            self.load_demo(gate).await?;
        }
        for org in &common.orgs {
            // A node that says it is ready takes what these publish from then on.
            journal.ensure_inbox(org).await.map_err(Error::Journal)?;
            inboxes.know(org);
        }
        Ok(())
    }

    async fn load_demo(&self, gate: &gate::Gate) -> Result<(), Error> {
        let events =
            crate::gate::body::events(crate::gate::body::Form::Lines, &Bytes::from_static(DEMO))
                .map_err(Error::Demo)?;
        let verdicts = gate
            .submit(events, &Sender::Operator)
            .await
            .map_err(|busy| Error::Demo(busy.to_string()))?;
        let mut last = Position::ZERO;
        for verdict in verdicts {
            match verdict.outcome {
                gate::Outcome::In { position, .. } => last = last.max(position),
                gate::Outcome::Out { code, pointer, .. } => {
                    return Err(Error::Demo(format!(
                        "an event was rejected: {code} at {pointer}"
                    )));
                }
            }
        }
        self.node.wait_for(last, START_WAIT).await;
        Ok(())
    }

    /// Returns where HTTP listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the file that holds the operator's token.
    #[must_use]
    pub fn token_file(&self) -> &Path {
        &self.token_file
    }

    /// Returns the log's address, with credentials.
    #[must_use]
    pub fn nats_url(&self) -> &str {
        &self.nats_url
    }

    /// Returns the process id of the node's own nats-server.
    #[must_use]
    pub fn nats_pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::pid)
    }

    /// Whether the demo was asked for.
    #[must_use]
    pub const fn has_demo(&self) -> bool {
        self.demo
    }

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        self.node.position()
    }

    /// Returns the node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Waits until the node cannot go on, and returns why.
    pub async fn failed(&self) -> String {
        let mut failed = self.failed.clone();
        let why = failed
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|why| why.clone());
        match why {
            Some(why) => why,
            // The part that could say so has ended with the node.
            None => std::future::pending().await,
        }
    }

    /// Stops everything: requests end, rows are forced to disk, then the node's own nats-server
    /// stops.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(STOP_WAIT, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some tasks did not end in time");
        }
        if let Some(child) = self.child {
            child.stop().await;
        }
    }
}

/// Opens the inbox of each organisation as soon as something it asserts stands in the log.
async fn know_organisations(node: Arc<Node>, inboxes: Arc<Inboxes>, stop: CancellationToken) {
    let mut folded = node.follow();
    loop {
        if let Some(model) = node.model() {
            let table = model.table();
            table.organisations().for_each(|org| inboxes.know(&org));
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            moved = folded.changed() => if moved.is_err() { return },
        }
    }
}
