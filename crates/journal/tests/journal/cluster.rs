//! A cluster of three: what is acknowledged stays, and who leads is told.

use std::process::{Child, Command, Stdio};

use event::Position;
use journal::{Journal, Replicas, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::*;

/// Three servers, each on ports of its own.
struct Cluster {
    servers: Vec<Child>,
    addresses: Vec<String>,
    _folder: TempDir,
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports: Vec<u16> = {
            let probes: Vec<_> = (0..6)
                .map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap())
                .collect();
            let port = |probe: &std::net::TcpListener| probe.local_addr().unwrap().port();
            probes.iter().map(port).collect()
        };
        let (clients, routes) = ports.split_at(3);
        let routes_to: Vec<String> = routes
            .iter()
            .map(|port| format!("\"nats-route://127.0.0.1:{port}\""))
            .collect();
        let servers = clients.iter().zip(routes).enumerate();
        let servers = servers.map(|(number, (client, route))| {
            let place = folder.path().join(format!("n{number}"));
            std::fs::create_dir(&place).unwrap();
            let config = format!(
                "server_name: n{number}\nlisten: \"127.0.0.1:{client}\"\n\
                 jetstream {{ store_dir: \"{}\", sync_interval: always }}\n\
                 cluster {{ name: c, listen: \"127.0.0.1:{route}\", routes: [{}] }}\n",
                place.display(),
                routes_to.join(", "),
            );
            std::fs::write(place.join("nats.conf"), config).unwrap();
            Command::new(binary())
                .arg("-c")
                .arg(place.join("nats.conf"))
                .stdout(Stdio::null())
                .stderr(std::fs::File::create(place.join("nats.log")).unwrap())
                .spawn()
                .unwrap()
        });
        Self {
            servers: servers.collect(),
            addresses: clients
                .iter()
                .map(|port| format!("nats://127.0.0.1:{port}"))
                .collect(),
            _folder: folder,
        }
    }

    /// Connects as soon as the three have found one another.
    async fn journal(&self) -> Journal {
        let url = self.addresses.join(",");
        let settings = Settings {
            replicas: Replicas::Three,
            ..Settings::default()
        };
        let connected = async {
            loop {
                if let Ok(journal) = Journal::connect(&url, settings.clone()).await {
                    return journal;
                }
            }
        };
        within(connected).await
    }

    async fn foreign(&self) -> async_nats::Client {
        let addresses: Vec<async_nats::ServerAddr> = self
            .addresses
            .iter()
            .map(|address| address.parse().unwrap())
            .collect();
        async_nats::connect(addresses).await.unwrap()
    }

    /// Kills the server that leads the log.
    async fn kill_leader(&mut self) {
        let info = api(&self.foreign().await, "STREAM.INFO.HABEAS", Value::Null).await;
        let leader = info["cluster"]["leader"].as_str().unwrap();
        let number: usize = leader.trim_start_matches('n').parse().unwrap();
        self.servers[number].kill().unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ended = server.kill();
            let _gone = server.wait();
        }
    }
}

/// Appends the number of each position while `goes_on` says so of the last, as the gate does: what a cluster
/// does not acknowledge is looked up first. Returns the last position, and how often that was.
async fn append_while(
    journal: &Journal,
    from: Position,
    goes_on: impl Fn(u64) -> bool,
) -> (Position, u32) {
    let (mut last, mut looked) = (from, 0);
    while goes_on(last.get()) {
        match within(journal.append(last, &batch(last.get() + 1, 1))).await {
            Ok(position) => last = position,
            Err(error) if error.is_leaderless() => {
                looked += 1;
                if let Ok(state) = within(journal.state()).await {
                    last = last.max(state.last);
                }
            }
            Err(journal::AppendError::Refused { .. }) => {
                last = within(journal.state()).await.unwrap().last.max(last);
            }
            Err(error) => panic!("{error}"),
        }
    }
    (last, looked)
}

async fn holds_each_once(journal: &Journal, upto: u64) {
    let mut reader = journal.read(Position::new(1)).await.unwrap();
    let messages = read_to(&mut reader, upto).await;
    let right: Vec<String> = (1..=upto).map(|n: u64| n.to_string()).collect();
    assert_eq!(texts(messages.iter().map(|m| &m.payload)), right);
}

#[tokio::test]
async fn who_leads_now_is_told_and_nothing_is_lost_or_doubled() {
    let mut cluster = Cluster::start();
    let journal = cluster.journal().await;
    assert!(journal.is_replicated());
    append_while(&journal, Position::ZERO, |last| last < 20).await;
    let route = journal.route();
    let foreign = cluster.foreign().await;
    let stepped_down = json!({});
    api(&foreign, "STREAM.LEADER.STEPDOWN.HABEAS", stepped_down).await;
    within(journal.left(route)).await;
    append_while(&journal, Position::new(20), |last| last < 40).await;
    // The end of who leads comes while appends are under way.
    let end = std::cell::Cell::new(u64::MAX);
    let writing = append_while(&journal, Position::new(40), |last| last < end.get());
    let killed = async {
        let mut reader = journal.read(Position::new(41)).await.unwrap();
        read_to(&mut reader, 100).await;
        cluster.kill_leader().await;
        let state = loop {
            if let Ok(state) = within(journal.state()).await {
                break state;
            }
        };
        end.set(state.last.get() + 200);
    };
    let ((last, looked), ()) = tokio::join!(writing, killed);
    assert!(looked > 0, "nobody missed the leader");
    holds_each_once(&journal, last.get()).await;
}
