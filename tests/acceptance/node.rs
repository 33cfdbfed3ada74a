//! A daemon for a test: the built `habeasd`, as a child process with a folder of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use crate::client::Client;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests stand in the root")
        .to_owned()
}

/// Returns a program that this build made, building it where it is not there yet.
///
/// Built once a run: cargo takes its time to find that nothing changed.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().expect("not poisoned");
    built
        .entry(name.to_owned())
        .or_insert_with(|| build(name))
        .clone()
}

/// Builds every program of the workspace at once: one alone is built with features of its own, and
/// so once more with all that it stands on.
fn build(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a test has a path");
    // target/<profile>/deps/acceptance-<hash>
    path.pop();
    path.pop();
    let profile = path
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a profile")
        .to_owned();
    let mut build = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    build
        .args(["build", "--quiet", "--workspace", "--bins"])
        .current_dir(root());
    if profile != "debug" {
        build.args(["--profile", &profile]);
    }
    // What cargo says of this test would have it build crates anew whose scripts read it, and all above.
    let of_this_test =
        |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| of_this_test(name)) {
        build.env_remove(name);
    }
    assert!(
        build.status().expect("cargo runs").success(),
        "{name} builds"
    );
    path.join(name)
}

/// A running daemon.
pub(crate) struct Node {
    process: Child,
    folder: PathBuf,
    pub(crate) client: Client,
}

/// How a daemon is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) demo: bool,
    pub(crate) orgs: Vec<&'static str>,
    /// Where HTTP listens; a free port of this machine where nothing is said.
    pub(crate) listen: Option<String>,
    /// The operator's folder of pages.
    pub(crate) pages: Option<PathBuf>,
    /// The operator's questions for the first sentence of the overview.
    pub(crate) headline: &'static [&'static str],
    /// The policy whose witnesses are asked to cosign.
    pub(crate) policy: Option<PathBuf>,
    /// The folder of the mappings of forms.
    pub(crate) hooks: Option<PathBuf>,
    /// Write an anchor after every checkpoint, not each hour.
    pub(crate) anchors: bool,
    /// The proxy that is trusted to name its clients.
    pub(crate) proxy: Option<&'static str>,
    /// How many descriptors the daemon may have; as many as the tests may where nothing is said.
    pub(crate) descriptors: Option<u32>,
    /// What is logged; the daemon's own choice where nothing is said.
    pub(crate) log: Option<&'static str>,
    /// More flags, as they stand on the command line.
    pub(crate) more: Vec<String>,
    /// Use the nats-server at this address, whose settings nobody may read.
    pub(crate) serve: Option<String>,
    /// Use the nats-server at this address instead of one of its own.
    pub(crate) nats: Option<(String, String)>,
}

impl Node {
    /// Starts a daemon on `folder` and waits for its line.
    pub(crate) fn start(folder: &Path, flags: &Flags) -> Self {
        let mut command = match flags.descriptors {
            None => Command::new(program("habeasd")),
            Some(most) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &most.to_string()]);
                shell.arg(program("habeasd"));
                shell
            }
        };
        match &flags.nats {
            None if flags.serve.is_some() => {
                command.args(["serve", "--nats"]).args(&flags.serve);
            }
            None => {
                command
                    .arg("up")
                    .arg("--tools")
                    .arg(root().join(".tools/bin"));
                if flags.demo {
                    command.arg("--demo");
                }
            }
            Some((url, monitor)) => {
                command.args(["serve", "--nats", url, "--nats-monitor", monitor]);
            }
        }
        command
            .arg("--data")
            .arg(folder)
            .args(["--listen", flags.listen.as_deref().unwrap_or("127.0.0.1:0")]);
        command.args(&flags.more);
        for question in flags.headline {
            command.args(["--headline", question]);
        }
        if let Some(pages) = &flags.pages {
            command.arg("--pages").arg(pages);
        }
        if let Some(hooks) = &flags.hooks {
            command.arg("--hooks").arg(hooks);
        }
        if let Some(policy) = &flags.policy {
            command.arg("--policy").arg(policy);
        }
        if flags.anchors {
            command.args(["--anchor-seconds", "0"]);
        }
        if let Some(proxy) = flags.proxy {
            command.args(["--trusted-proxy", proxy]);
        }
        for org in &flags.orgs {
            command.args(["--org", org]);
        }
        if let Some(log) = flags.log {
            command.env("HABEAS_LOG", log);
        }
        std::fs::create_dir_all(folder).expect("a folder");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join("habeasd.log"))
            .expect("a log file");
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("habeasd starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let line = lines.next().and_then(Result::ok).unwrap_or_else(|| {
            let log = std::fs::read_to_string(folder.join("habeasd.log")).unwrap_or_default();
            panic!("habeasd ends before it is ready:\n{log}")
        });
        std::thread::spawn(move || lines.for_each(drop));
        let address = line
            .split_whitespace()
            .find(|word| word.starts_with("http"))
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        let token = read(&folder.join("operator.token"));
        let client = Client::new(address, &token);
        Self {
            process,
            folder: folder.to_owned(),
            client,
        }
    }

    /// Returns the log's address, with credentials.
    pub(crate) fn nats_url(&self) -> String {
        read(&self.folder.join("nats.url"))
    }

    /// Returns the log's address without credentials, the user and the password.
    pub(crate) fn nats_login(&self) -> (String, String, String) {
        let url = self.nats_url();
        let (login, address) = url
            .trim_start_matches("nats://")
            .split_once('@')
            .expect("credentials");
        let (user, password) = login.split_once(':').expect("a user and a password");
        (format!("nats://{address}"), user.into(), password.into())
    }

    /// Returns the process id of the daemon's own nats-server.
    pub(crate) fn nats_pid(&self) -> Option<u32> {
        let of_parent = format!("{}", self.process.id());
        std::fs::read_dir("/proc")
            .expect("/proc")
            .filter_map(|entry| {
                let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
                let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
                let (_, rest) = stat.rsplit_once(") ")?;
                let mut fields = rest.split(' ');
                let state = fields.next()?;
                let parent = fields.next()?;
                let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
                (state != "Z" && parent == of_parent && name.trim() == "nats-server").then_some(pid)
            })
            .next()
    }

    /// Kills the daemon (SIGKILL) and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it is gone");
    }

    /// Stops the daemon cleanly and waits until it is gone.
    pub(crate) fn stop(mut self) {
        signal("TERM", self.process.id());
        let status = self.process.wait().expect("it is gone");
        assert!(status.success(), "a clean stop, not {status}");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A test that fails leaves no nats-server behind: a stop takes it along, a kill would not.
        if matches!(self.process.try_wait(), Ok(None)) {
            signal("TERM", self.process.id());
            let _gone = self.process.wait();
        }
    }
}

/// Sends a signal to a process that this test started.
pub(crate) fn signal(name: &str, pid: u32) {
    let _status = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
}

/// Reads a small text file.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .trim()
        .to_owned()
}
