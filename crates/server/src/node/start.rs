//! The start of a node: its parts in order, each told all it needs.
//!
//! Start at [`up`] and [`serve`]; `start` is the order of the parts.
//!
//! Never here: decisions, and how a node stops (see [`super::Running`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use archive::Archive;
use event::Position;
use journal::child::{ListenSettings, Restarter};
use journal::{Journal, Replicas};
use proof::Policy;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::beside::Beside;
use super::broker::{self, file, make_folder, private_token};
use super::context::Context;
use super::{
    Demo, Error, Node, Running, callout, clock_watch, demo, demo_access, listen, log_watch, parts,
    progress_watch, secrets, settings_watch, time_watch,
};
use crate::access::{BrokerKeys, Tokens};
use crate::clock::Clock;
use crate::config::{Common, Serve, Up};
use crate::gate::{self, AdmissionLimits, Gate, Inboxes, Source, Writer, WriterSettings};
use crate::history::ingest::Ingest;
use crate::history::scrub::Scrub;
use crate::history::{self, Founding};
use crate::http::App;
use crate::http::bounds::Bounds;
use crate::http::client::Proxies;
use crate::notary::{self, Notary, NotaryHandle};
use crate::projector::rebuild::{self, Projector};

/// How long one look takes whether what the history holds is folded, while a trouble stands.
const TROUBLE_WAIT: Duration = Duration::from_secs(1);

/// How long one look for the start's position takes; it is repeated until the log is folded.
const START_WAIT: Duration = Duration::from_secs(60);

/// Starts a node with a nats-server of its own.
///
/// # Errors
/// [`Error`] says which part did not start.
pub async fn up(up: Up, clock: Arc<dyn Clock>) -> Result<Running, Error> {
    let data = up.common.data.clone();
    let (followed, certificate) = broker::certificate(&up)?.unzip();
    let program = broker::Program {
        nats_server: up.nats_server.as_deref(),
        tools: &up.tools,
        port: up.nats_port,
        listening: ListenSettings {
            host: up.nats_listen,
            certificate,
        },
    };
    let own = broker::own(&data, program, &*clock).await?;
    let (child, accounts) = (own.child, own.access.accounts());
    let url = child.url().to_owned();
    let settings = broker::settings(&child);
    let demo = if up.demo { Demo::Load } else { Demo::Leave };
    let broker = Broker {
        url: &url,
        restarter: Some(child.restarter()),
        beside: Beside {
            access: Some(own.access),
            certificate: followed.map(|followed| (followed, accounts)),
            asked: None,
        },
    };
    match start(&up.common, broker, settings, demo, clock).await {
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
    let trust = broker::trust(serve.nats_ca.as_deref());
    let settings = journal::Settings {
        replicas,
        monitor_urls: serve.monitors.clone(),
        trust: trust.clone(),
        ..journal::Settings::default()
    };
    let broker = Broker {
        url: &serve.nats,
        restarter: None,
        beside: Beside {
            asked: callout::read(&serve.common.data, &serve.nats, trust)?,
            ..Beside::default()
        },
    };
    start(&serve.common, broker, settings, Demo::Leave, clock).await
}

/// The broker that keeps the log.
struct Broker<'u> {
    /// Its address, with credentials.
    url: &'u str,
    /// What restarts it, of a node's own.
    restarter: Option<Restarter>,
    /// What the node does for it.
    beside: Beside,
}

/// Looks after the log and its times. `own`: what restarts the node's own broker.
fn spawn_watches(context: &Context, own: Option<Restarter>) {
    context.spawn(log_watch::watch(
        context.node.clone(),
        context.journal.clone(),
        own,
        context.stop.clone(),
    ));
    context.spawn(time_watch::watch(
        context.node.clone(),
        context.clock.clone(),
        context.stop.clone(),
    ));
    context.spawn(progress_watch::watch(
        context.node.clone(),
        context.clock.clone(),
        context.stop.clone(),
    ));
}

/// Keeps the broker's address, with credentials, in its file.
fn keep_url(data: &Path, url: &str) -> Result<(), Error> {
    let path = data.join("nats.url");
    let kept = secrets::write(&path, url).map_err(file(&path, "written"));
    kept.map(drop)
}

/// Reads the operator's token, or makes one; returns its file too.
///
/// # Errors
/// [`Error`] of the file.
fn operator_token(data: &Path) -> Result<(PathBuf, String), Error> {
    let file = data.join("operator.token");
    let token = private_token(&file)?;
    Ok((file, token))
}

/// Starts the parts in the order in which data goes through them, and waits until they answer.
async fn start(
    common: &Common,
    broker: Broker<'_>,
    settings: journal::Settings,
    demo: Demo,
    clock: Arc<dyn Clock>,
) -> Result<Running, Error> {
    let (url, restarter, beside) = (broker.url, broker.restarter, broker.beside);
    // Before any file is opened that stays open.
    let bounds = Arc::new(Bounds::of_process(clock.clone()));
    let (token_file, token) = operator_token(&common.data)?;
    keep_url(&common.data, url)?;
    let journal = Journal::connect(url, settings).await;
    let context = Context::new(journal.map_err(Error::Journal)?, clock);
    watch_broker(&context, restarter).await;
    let archive = history::open(&common.data)?;
    let founding = found(&context, &archive, common).await?;
    let (policy_text, policy) = read_policy(common)?;
    let history = History::spawn(&context, archive);
    let notary = spawn_notary(&context, &history, common, policy);
    let failed = spawn_projector(&context, &history, common);
    let keys = parts::spawn_keys(&context, &token, &common.data)?;
    let certificates = beside.spawn(&context, &keys);
    let entrance = Entrance::spawn(&context, founding, keys).await?;
    let answer_threads = parts::start_answer_threads(&context)?;
    let app = App {
        node: context.node.clone(),
        gate: entrance.gate.clone(),
        inboxes: entrance.inboxes.clone(),
        journal: context.journal.clone(),
        archive: history.archive.clone(),
        searching: parts::spawn_follower(&context, &history.archive, common),
        notary,
        policy: policy_text,
        licence: parts::licence(common),
        history_is_public: common.public_history,
        tokens: entrance.keys.tokens().clone(),
        provider: parts::open_provider(common, &context)?,
        uses: entrance.keys.uses().clone(),
        webhooks: parts::spawn_webhooks(&context, &entrance.keys, common)?,
        webhook_networks: common.webhooks.webhook_networks.clone().into(),
        certificates,
        rates: Arc::default(),
        proxies: Proxies::new(common.trusted_proxies.clone()).into(),
        bounds,
        answer_threads,
        streams: Arc::default(),
        hidden: Arc::default(),
        hooks: parts::load_hooks(common)?,
        metrics: Arc::default(),
        clock: context.clock.clone(),
        pages: parts::load_pages(common, &context)?,
        stop: context.stop.clone(),
    };
    let running = Running {
        served: listen::serve_http(&context, common, app).await?,
        token_file,
        nats_url: url.to_owned(),
        demo,
        context,
        child: None,
        failed,
    };
    let ready = running.wait_until_ready(&entrance, &history.archive, common);
    if let Err(error) = ready.await {
        running.stop().await;
        return Err(error);
    }
    Ok(running)
}

/// Reads the policy that is offered, as text too.
fn read_policy(common: &Common) -> Result<(Option<Arc<str>>, Option<Policy>), Error> {
    let policy = common.policy.as_deref().map(history::policy);
    Ok(policy.transpose()?.unzip())
}

/// Finds out which log it is, or how a new one begins.
async fn found(context: &Context, archive: &Archive, common: &Common) -> Result<Founding, Error> {
    let origin = common.origin.as_deref();
    let founding = history::founding(&common.data, archive, &context.journal, origin);
    Ok(founding.await?)
}

/// Reads the log's settings, and the clock of a broker that is not the node's own, and follows them.
async fn watch_broker(context: &Context, own: Option<Restarter>) {
    watch_settings(context).await;
    if own.is_none() {
        watch_clock(context).await;
    }
    spawn_watches(context, own);
}

/// Reads the log's settings once, and then every minute.
async fn watch_settings(context: &Context) {
    let (node, journal) = (&context.node, &context.journal);
    settings_watch::check(node, journal).await;
    context.spawn(settings_watch::watch(
        node.clone(),
        journal.clone(),
        context.stop.clone(),
    ));
}

/// Compares this machine's clock with that of a broker that somebody else runs, once and then every minute.
async fn watch_clock(context: &Context) {
    let (node, journal) = (&context.node, &context.journal);
    clock_watch::check(node, journal, &*context.clock).await;
    context.spawn(clock_watch::watch(
        node.clone(),
        journal.clone(),
        context.clock.clone(),
        context.stop.clone(),
    ));
}

/// The history as other parts use it: the archive, and how far it holds the log.
struct History {
    archive: Arc<Archive>,
    kept: watch::Receiver<Position>,
}

impl History {
    /// Follows the log into the archive from now on, and compares the two.
    fn spawn(context: &Context, archive: Arc<Archive>) -> Self {
        let ingest = Ingest {
            node: context.node.clone(),
            journal: context.journal.clone(),
            archive: archive.clone(),
            clock: context.clock.clone(),
            kept: watch::Sender::new(archive.last()),
            stop: context.stop.clone(),
        };
        let kept = ingest.kept.subscribe();
        context.spawn(ingest.run());
        let scrub = Scrub {
            node: context.node.clone(),
            journal: context.journal.clone(),
            archive: archive.clone(),
            clock: context.clock.clone(),
            stop: context.stop.clone(),
        };
        context.spawn(scrub.run());
        Self { archive, kept }
    }
}

/// Signs, or cosigns, what the history holds; returns where a checkpoint is asked for.
fn spawn_notary(
    context: &Context,
    history: &History,
    common: &Common,
    policy: Option<Policy>,
) -> NotaryHandle {
    let (handle, requests) = notary::handle();
    let notary = Notary {
        node: context.node.clone(),
        journal: context.journal.clone(),
        archive: history.archive.clone(),
        kept: history.kept.clone(),
        data: common.data.clone(),
        policy,
        anchors: Duration::from_secs(common.anchor_seconds),
        clock: context.clock.clone(),
        stop: context.stop.clone(),
    };
    context.spawn(notary.run(requests));
    handle
}

/// Why the read model cannot be built, once that is known.
type Failed = watch::Receiver<Option<Arc<rebuild::Error>>>;

/// Folds the history into the read model; returns what says why that is not possible.
fn spawn_projector(context: &Context, history: &History, common: &Common) -> Failed {
    let projector = Projector {
        node: context.node.clone(),
        archive: history.archive.clone(),
        kept: history.kept.clone(),
        folder: common.data.join("views"),
        cache_bytes: common.cache_mib << 20,
        clock: context.clock.clone(),
        stop: context.stop.clone(),
    };
    let (sender, failed) = watch::channel(None);
    context.spawn(async move {
        if let Err(error) = projector.run().await {
            tracing::error!(error = %error, "the read model cannot be built");
            sender.send_replace(Some(Arc::new(error)));
        }
    });
    failed
}

/// Where events come in: the gate, the inboxes that are read into it, and by which tokens and keys.
struct Entrance {
    keys: Arc<BrokerKeys>,
    gate: Gate,
    inboxes: Arc<Inboxes>,
}

impl Entrance {
    /// Writes what passes the gate, and takes what is sent over NATS.
    async fn spawn(context: &Context, founding: Founding, keys: BrokerKeys) -> Result<Self, Error> {
        let keys = Arc::new(keys);
        let (writer, gate) = Writer::new(WriterSettings {
            node: context.node.clone(),
            journal: context.journal.clone(),
            clock: context.clock.clone(),
            key: founding.key.as_ref().map(ToString::to_string),
            origin: founding.origin,
            genesis_id: Uuid::new_v4().to_string(),
            limits: AdmissionLimits::default(),
        });
        context.spawn(writer.run(context.stop.clone()));
        let source = Source {
            gate: gate.clone(),
            journal: context.journal.clone(),
            holders: keys.clone(),
        };
        let inboxes = Arc::new(Inboxes::new(
            source,
            context.tasks.clone(),
            context.stop.clone(),
        ));
        let submissions = context.journal.submissions().await;
        let submissions = submissions.map_err(Error::Journal)?;
        let stop = context.stop.clone();
        context.spawn(gate::serve_requests(
            gate.clone(),
            keys.clone(),
            submissions,
            stop,
        ));
        let (node, stop) = (context.node.clone(), context.stop.clone());
        let known = (inboxes.clone(), keys.tokens().clone());
        context.spawn(know_organisations(node, known, stop));
        Ok(Self {
            keys,
            gate,
            inboxes,
        })
    }
}

/// Opens the inbox of each organisation as soon as it stands in the access file, or something it asserts in
/// the log.
async fn know_organisations(
    node: Arc<Node>,
    (inboxes, tokens): (Arc<Inboxes>, Arc<Tokens>),
    stop: CancellationToken,
) {
    let (mut folded, mut changes) = (node.follow(), tokens.changes());
    loop {
        tokens
            .organisations()
            .iter()
            .for_each(|org| inboxes.know(org));
        if let Some(model) = node.model() {
            let table = model.columns();
            table.organisations().for_each(|org| inboxes.know(&org));
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            moved = folded.changed() => if moved.is_err() { return },
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

impl Running {
    /// Waits until what stands in the log can be answered for, then opens the inboxes. In trouble it
    /// answers for what it knows.
    async fn wait_until_ready(
        &self,
        entrance: &Entrance,
        archive: &Archive,
        common: &Common,
    ) -> Result<(), Error> {
        let (node, journal) = (&self.context.node, &self.context.journal);
        let last = journal.state().await.map_err(Error::Journal)?.last;
        node.must_reach(last, self.context.clock.monotonic_ms());
        let mut failed = self.failed.clone();
        let built = async { while !node.wait_for(last, START_WAIT).await {} };
        let troubled = async {
            // Of a log that cannot be read to its end, all that can be folded is folded before anyone is told.
            loop {
                node.troubled().await;
                let last = if node.has_trouble("capacity") {
                    Position::ZERO
                } else {
                    archive.last()
                };
                if node.wait_for(last, TROUBLE_WAIT).await && node.is_cut_off() {
                    return;
                }
                tokio::time::sleep(TROUBLE_WAIT).await;
            }
        };
        tokio::select! {
            () = built => {}
            () = troubled => {}
            why = failed.wait_for(Option::is_some) => {
                let why = why.ok().and_then(|why| why.clone());
                return Err(why.map_or(Error::Stopped, Error::Model));
            }
        }
        node.has_caught_up();
        if self.has_demo() && last <= Position::new(1) && node.trouble().is_none() {
            let opened = demo_access::open(&common.data, self.context.clock.now());
            let opened = opened.map_err(file(&common.data, "given the demo's tokens"))?;
            entrance.keys.tokens().replace(opened);
            let last = demo::load(&entrance.gate).await.map_err(Error::Demo)?;
            node.wait_for(last, START_WAIT).await;
        }
        for org in &common.orgs {
            // A node that says it is ready takes what these publish from then on. Where the broker has no
            // room for an inbox, it is made as soon as there is, and everything else goes on.
            if let Err(error) = journal.ensure_inbox(org).await {
                tracing::warn!(%org, %error, "inbox could not be created yet");
            }
            entrance.inboxes.know(org);
        }
        Ok(())
    }
}
