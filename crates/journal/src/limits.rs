//! Every limit and wait of the journal, with its unit and source.
//!
//! Never here: limits of what an event may hold (crate `event`).

use std::time::Duration;

/// Most events in one append. Source: ADR-50 (the server's limit of an atomic batch).
pub const BATCH_EVENTS_MAX: usize = 1_000;

/// Most bytes of one stored message, headers counted in: an entry bundle's length field has 16
/// bits. Source: docs/reference/limits.md.
pub const MESSAGE_BYTES_MAX: i64 = 65_535;

/// Most payload bytes of one message: [`MESSAGE_BYTES_MAX`] less room for the batch headers
/// (about 170 bytes).
pub const PAYLOAD_BYTES_MAX: usize = 65_279;

/// Longest wait for an append's acknowledgement. The server gives an unfinished batch up after
/// 10 s (ADR-50), so that after this wait and a read-back the outcome no longer changes.
pub const APPEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for the answer to one request to the server.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a first connection, per address.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a connection to one server of a cluster: the next one is there. One that is paused takes
/// connections and says nothing.
pub const CLUSTER_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often a server of a cluster is asked whether it is there; the third question without an answer ends the
/// connection, after 6 s. A cluster has a new leader after 4 to 9 s.
pub const CLUSTER_PING_INTERVAL: Duration = Duration::from_secs(2);

/// After this time a cluster is asked again, while earlier questions still wait: without a leader it forgets
/// them.
pub const CLUSTER_ASK_AGAIN: Duration = Duration::from_millis(250);

/// Pause before the second attempt to reconnect; doubles up to [`RECONNECT_DELAY_MAX`].
pub const RECONNECT_DELAY_MIN: Duration = Duration::from_millis(50);

/// Longest pause between two attempts to reconnect.
pub const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(2);

/// Messages a reader keeps requested ahead of its caller. Measured with 500-byte events: 256
/// costs a third of the rate, 1,024 to 8,192 are alike. At worst (each of
/// [`MESSAGE_BYTES_MAX`]) they hold 134 MB.
pub const READ_AHEAD_MESSAGES: u64 = 2_048;

/// Messages an inbox keeps requested ahead of its caller: one append's worth.
pub const INBOX_AHEAD_MESSAGES: u64 = 1_000;

/// Messages of one inbox delivered and not acknowledged, over all gates.
pub const INBOX_UNACKED_MAX: u64 = 4_000;

/// After this time without an acknowledgement an inbox message is delivered again.
pub const INBOX_ACK_WAIT: Duration = Duration::from_secs(30);

/// Bytes an inbox holds before it refuses more, unless set otherwise: 64 MiB, a thousand of the longest
/// events. The server sets this much of its `max_file_store` aside for each inbox, so that a few GiB must
/// hold the inboxes of some dozen organisations; what is published is taken out within moments.
pub const INBOX_BYTES_MAX: u64 = 64 << 20;

/// Life of one pull request; a quiet reader renews it.
pub const PULL_EXPIRES: Duration = Duration::from_secs(30);

/// The server's sign of life while a pull request waits.
pub const PULL_HEARTBEAT: Duration = Duration::from_secs(5);

/// Silence after which a consumer counts as lost: two heartbeats and a little.
pub const PULL_SILENCE_MAX: Duration = Duration::from_secs(11);

/// The same of a cluster, where a consumer ends with its server, and another server has what it read.
pub const CLUSTER_HEARTBEAT: Duration = Duration::from_secs(1);

/// Silence after which a consumer of a cluster counts as lost: two heartbeats and a little.
pub const CLUSTER_SILENCE_MAX: Duration = Duration::from_millis(2_500);

/// Pause before a lost consumer is made again.
pub const PULL_RESTART_DELAY: Duration = Duration::from_millis(100);

/// Wait for messages the server said it still has, before a batch is returned short.
pub const READ_LINGER: Duration = Duration::from_millis(100);

/// The server removes a reader's consumer after this time without a pull request.
pub const CONSUMER_IDLE_MAX: Duration = Duration::from_secs(60);

/// Age at which verdicts are dropped: 90 days. A verdict is an answer to one delivery, not
/// evidence; an organisation's tool may be offline for weeks and still finds it, and what a tool
/// did not fetch in a quarter it can learn by sending again (a repeat names its first position).
pub const VERDICT_AGE_MAX: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Verdicts kept for each organisation: a flood of one does not push out another's.
pub const VERDICTS_PER_ORG_MAX: i64 = 1_000_000;

/// Signed checkpoints kept in the bucket of the second lock; every one is in the signer's history.
/// Source: ADR-8, the most that a bucket keeps of one key.
pub const NOTES_KEPT_MAX: i64 = 64;

/// Most verdicts listed at once.
pub const VERDICTS_LISTED_MAX: usize = 1_000;

/// Most bytes read from a monitoring port: 4 MiB.
pub const MONITOR_BYTES_MAX: u64 = 4 << 20;
