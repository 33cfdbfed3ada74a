//! Configuration: flags and the environment, read once.
//!
//! Never here: defaults that depend on the machine.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use access::Issuer;
use clap::{Args, Parser, Subcommand};
use event::OrgId;
use web::HeadlineQuestion;

use crate::history::void_time::VoidSpan;
use crate::http::client::Network;
use crate::http::licence;
use crate::notary::rotate::OVERLAP_DAYS;
use crate::oidc::ProviderSettings;
use crate::webhooks::WebhookFlags;

/// The daemon of Habeas: takes events in, keeps the log, answers.
#[derive(Debug, Parser)]
#[command(name = "habeasd", version)]
pub struct Cli {
    /// How log lines look.
    #[arg(
        long,
        value_enum,
        default_value = "text",
        env = "HABEAS_LOG_FORMAT",
        global = true
    )]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What the daemon does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs everything on this machine, with a nats-server of its own.
    Up(Up),
    /// Runs against a nats-server or cluster that exists.
    Serve(Serve),
    /// Makes the log what this node's own history says it was, while the node is stopped.
    Repair(Repair),
    /// Looks after the log's key, on the node that signs.
    Key {
        /// What to do with it.
        #[command(subcommand)]
        what: Key,
    },
}

/// `habeasd key`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Makes the next key of the log. The node, running or at its next start, announces it in the log
    /// and signs with it from then on.
    Rotate {
        /// The folder that holds everything the node keeps.
        #[arg(long, default_value = "data", env = "HABEAS_DATA")]
        data: PathBuf,
        /// How many days the key before adds its signature, for those who have not heard of the new
        /// one; 0 where it may be in other hands.
        #[arg(long, default_value_t = OVERLAP_DAYS)]
        overlap_days: u32,
    },
}

/// What both commands take.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// The folder that holds everything this node keeps.
    #[arg(long, default_value = "data", env = "HABEAS_DATA")]
    pub data: PathBuf,
    /// Where HTTP listens; keep it on loopback unless it has TLS (`--tls-cert`), or a proxy with TLS stands before it.
    #[arg(long, default_value = "127.0.0.1:8420", env = "HABEAS_LISTEN")]
    pub listen: SocketAddr,
    /// The certificate that HTTP is served with over TLS, as PEM, with those between it and its root; read
    /// again when it changes.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "HABEAS_TLS_CERT"
    )]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, as PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "HABEAS_TLS_KEY"
    )]
    pub tls_key: Option<PathBuf>,
    /// A proxy before HTTP, or a network of them (`10.0.0.0/8`), that names its client in
    /// `X-Forwarded-For`; may stand several times. Callers on this machine are counted too from then on.
    #[arg(
        long = "trusted-proxy",
        value_name = "ADDR",
        env = "HABEAS_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
    /// Where people sign in who have an account there.
    #[command(flatten)]
    pub oidc: OidcFlags,
    /// How webhooks are delivered.
    #[command(flatten)]
    pub webhooks: WebhookFlags,
    /// An organisation whose inbox is read; may stand several times. Inboxes of organisations that
    /// stand in the log are read in any case.
    #[arg(long = "org", value_parser = org, env = "HABEAS_ORGS", value_delimiter = ',')]
    pub orgs: Vec<OrgId>,
    /// The origin of a new log; a random one unless given.
    #[arg(long, env = "HABEAS_ORIGIN")]
    pub origin: Option<String>,
    /// A folder with `words/<language>.toml` (more languages for the pages) and
    /// `provinces.geojson` (a map by ISO 3166-2 code).
    #[arg(long, env = "HABEAS_PAGES")]
    pub pages: Option<PathBuf>,
    /// A folder with a mapping `<name>.toml` for each form whose server posts its submissions to
    /// `/v1/hooks/<name>`.
    #[arg(long, env = "HABEAS_HOOKS")]
    pub hooks: Option<PathBuf>,
    /// A question for the first sentence of the overview, without window and groups, e.g.
    /// `kind=death&in_custody=yes`; may stand several times. Without it, the sentence follows from what
    /// the record holds.
    #[arg(long = "headline", value_parser = HeadlineQuestion::parse, env = "HABEAS_HEADLINE", value_delimiter = ' ')]
    pub headline: Vec<HeadlineQuestion>,
    /// A policy file (C2SP tlog-policy) that names the witnesses to be asked; it is offered at
    /// /v1/log/policy.
    #[arg(long, env = "HABEAS_POLICY")]
    pub policy: Option<PathBuf>,
    /// The licence of the data, by its SPDX id (`CC-BY-4.0`) or in words: it stands with every answer, on every
    /// page and in data packages.
    #[arg(long, value_parser = licence::parse_name, value_name = "NAME", env = "HABEAS_DATA_LICENCE")]
    pub data_licence: Option<String>,
    /// Where that licence stands.
    #[arg(
        long,
        value_parser = licence::parse_url,
        value_name = "URL",
        requires = "data_licence",
        env = "HABEAS_DATA_LICENCE_URL"
    )]
    pub data_licence_url: Option<String>,
    /// Serves entry bundles to everyone: only where every event of the log may be read by anyone.
    #[arg(long, env = "HABEAS_PUBLIC_HISTORY")]
    pub public_history: bool,
    /// How long between two anchors, in seconds: the newest checkpoint, written into the log itself
    /// when anything but an anchor came. 0: after every checkpoint.
    #[arg(long, default_value_t = 3_600, env = "HABEAS_ANCHOR_SECONDS")]
    pub anchor_seconds: u64,
    /// How much memory the store may use as a cache, in MiB.
    #[arg(long, default_value_t = 96, env = "HABEAS_CACHE_MIB")]
    pub cache_mib: usize,
}

/// `habeasd up`
#[derive(Clone, Debug, Args)]
pub struct Up {
    /// What both commands take.
    #[command(flatten)]
    pub common: Common,
    /// Loads the invented scenario of Phnom Penh, 2020, into an empty log.
    #[arg(long)]
    pub demo: bool,
    /// The nats-server to run; else $NATS_SERVER, else PATH, else the tool folder.
    #[arg(long)]
    pub nats_server: Option<PathBuf>,
    /// The tool folder, where `make` puts nats-server.
    #[arg(long, default_value = ".tools/bin", env = "HABEAS_TOOLS")]
    pub tools: PathBuf,
    /// The port of nats-server on loopback; a free one unless given.
    #[arg(long)]
    pub nats_port: Option<u16>,
    /// Where nats-server listens; elsewhere than on loopback it must have TLS (`--nats-tls-cert`).
    #[arg(
        long,
        default_value = "127.0.0.1",
        value_name = "ADDR",
        env = "HABEAS_NATS_LISTEN"
    )]
    pub nats_listen: IpAddr,
    /// The certificate that nats-server serves with over TLS, as PEM, with those between it and its root; read
    /// again when it changes.
    #[arg(
        long,
        value_name = "FILE",
        requires = "nats_tls_key",
        env = "HABEAS_NATS_TLS_CERT"
    )]
    pub nats_tls_cert: Option<PathBuf>,
    /// Its private key, as PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "nats_tls_cert",
        env = "HABEAS_NATS_TLS_KEY"
    )]
    pub nats_tls_key: Option<PathBuf>,
}

/// `habeasd serve`
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// What both commands take.
    #[command(flatten)]
    pub common: Common,
    /// The nats-server, with credentials where it needs them.
    #[arg(long, env = "HABEAS_NATS", hide_env_values = true)]
    pub nats: String,
    /// The monitoring address of each server, e.g. http://127.0.0.1:8222, so that `sync_interval`
    /// can be checked.
    #[arg(
        long = "nats-monitor",
        env = "HABEAS_NATS_MONITOR",
        value_delimiter = ','
    )]
    pub monitors: Vec<String>,
    /// The authorities whose word on the nats-server's certificate is taken, as PEM, in place of the system's;
    /// without TLS there is then no connection.
    #[arg(long, value_name = "FILE", env = "HABEAS_NATS_CA")]
    pub nats_ca: Option<PathBuf>,
    /// How many servers keep the log: 1 or 3.
    #[arg(long, default_value_t = 1)]
    pub replicas: u8,
}

/// `habeasd repair`
#[derive(Clone, Debug, Args)]
pub struct Repair {
    /// The folder that holds everything the node keeps.
    #[arg(long, default_value = "data", env = "HABEAS_DATA")]
    pub data: PathBuf,
    /// The nats-server, with an account that may delete the stream; the folder's own unless given.
    #[arg(long, env = "HABEAS_NATS", hide_env_values = true)]
    pub nats: Option<String>,
    /// The authorities whose word on its certificate is taken, as PEM, in place of the system's.
    #[arg(long, value_name = "FILE", env = "HABEAS_NATS_CA")]
    pub nats_ca: Option<PathBuf>,
    /// How many servers keep the log: 1 or 3.
    #[arg(long, default_value_t = 1)]
    pub replicas: u8,
    /// Where log and history differ: deletes the stream and publishes the history. What the history
    /// does not hold is saved in a file first.
    #[arg(long)]
    pub replace: bool,
    /// Passes over the `receivedtime` of these positions, which lie in the future: adds an event to the
    /// log that says so.
    #[arg(long, value_name = "POSITION[..POSITION]")]
    pub void_time: Option<VoidSpan>,
    /// The nats-server to run; else $NATS_SERVER, else PATH, else the tool folder.
    #[arg(long)]
    pub nats_server: Option<PathBuf>,
    /// The tool folder, where `make` puts nats-server.
    #[arg(long, default_value = ".tools/bin", env = "HABEAS_TOOLS")]
    pub tools: PathBuf,
}

/// The sign-in provider (OpenID Connect): none of these, or at least the first three.
#[derive(Clone, Debug, Default, Args)]
pub struct OidcFlags {
    /// The address of a sign-in provider (OpenID Connect) whose accounts the logins of the access file name.
    #[arg(
        long,
        value_name = "URL",
        requires = "oidc_client",
        requires = "oidc_return",
        value_parser = issuer,
        env = "HABEAS_OIDC_ISSUER"
    )]
    pub oidc_issuer: Option<Issuer>,
    /// This node's name at the provider (`client_id`).
    #[arg(
        long,
        value_name = "ID",
        requires = "oidc_issuer",
        env = "HABEAS_OIDC_CLIENT"
    )]
    pub oidc_client: Option<String>,
    /// Where the provider leads browsers back to: `https://<this node>/access/provider`.
    #[arg(
        long,
        value_name = "URL",
        requires = "oidc_issuer",
        env = "HABEAS_OIDC_RETURN"
    )]
    pub oidc_return: Option<String>,
    /// A file of mode 600 with this node's secret at the provider, where it has one.
    #[arg(
        long,
        value_name = "FILE",
        requires = "oidc_issuer",
        env = "HABEAS_OIDC_SECRET_FILE"
    )]
    pub oidc_secret_file: Option<PathBuf>,
    /// The authorities whose word on the provider's certificate is taken, as PEM; the system's unless given.
    #[arg(
        long,
        value_name = "FILE",
        requires = "oidc_issuer",
        env = "HABEAS_OIDC_CA"
    )]
    pub oidc_ca: Option<PathBuf>,
}

impl OidcFlags {
    /// Returns how the provider is reached; none where there is none.
    #[must_use]
    pub fn settings(&self) -> Option<ProviderSettings> {
        Some(ProviderSettings {
            issuer: self.oidc_issuer.clone()?,
            client: self.oidc_client.clone()?,
            back: self.oidc_return.clone()?,
            secret: self.oidc_secret_file.clone(),
            authorities: self.oidc_ca.clone(),
        })
    }
}

fn issuer(text: &str) -> Result<Issuer, String> {
    Issuer::parse(text).map_err(|error| format!("it is {error}"))
}

fn org(text: &str) -> Result<OrgId, String> {
    OrgId::parse(text).map_err(|error| error.to_string())
}
