//! A PostgreSQL server of Debian's package, in a temporary folder, as a user of its own.
//!
//! Never here: tables and questions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a bench may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Settings for a machine that has the memory to keep all of it: nothing is read from disk.
const SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "shared_buffers=1GB",
    "work_mem=128MB",
    "maintenance_work_mem=512MB",
    "effective_cache_size=4GB",
    "random_page_cost=1.1",
    "jit=off",
    "max_wal_size=8GB",
    "fsync=off",
    "autovacuum=off",
    "dynamic_shared_memory_type=mmap",
];

/// A running server.
pub(super) struct Server {
    folder: TempDir,
    binaries: PathBuf,
}

/// What was answered to one question.
pub(super) struct Told {
    pub(super) rows: BTreeSet<String>,
    pub(super) took: Duration,
}

impl Server {
    /// Finds or installs PostgreSQL, and starts it.
    pub(super) fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            eprintln!(
                "\nNO POSTGRESQL: install Debian's package `postgresql` (as root this bench does), \
                 and run again; the figures stand alone below\n"
            );
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres:").arg(folder.path()));
        }
        let data = folder.path().join("data");
        run(as_postgres(&binaries.join("initdb"))
            .args([
                "--username=bench",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--pgdata")
            .arg(&data)
            .stdout(Stdio::null()));
        let mut options = format!("-k {}", folder.path().display());
        for setting in SETTINGS {
            options.push_str(" -c ");
            options.push_str(setting);
        }
        let server = Self { folder, binaries };
        run(server
            .control()
            .args(["start", "--wait", "--silent", "--timeout=60", "--options"])
            .arg(options)
            .arg("--log")
            .arg(server.folder.path().join("log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null()));
        Some(server)
    }

    fn control(&self) -> Command {
        let mut command = as_postgres(&self.binaries.join("pg_ctl"));
        command.arg("--pgdata").arg(self.folder.path().join("data"));
        command
    }

    /// Returns a folder for files to load.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a script of `psql`, and returns what it prints.
    pub(super) fn script(&self, script: &str) -> String {
        let path = self.folder.path().join("script.sql");
        let mut file = std::fs::File::create(&path).expect("a script");
        file.write_all(script.as_bytes()).expect("written");
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-F", "|", "-v", "ON_ERROR_STOP=1"])
            .args(["-U", "bench", "-d", "postgres", "-h"])
            .arg(self.folder.path())
            .arg("-f")
            .arg(&path)
            .output()
            .expect("psql runs");
        let told = String::from_utf8(output.stdout).expect("UTF-8");
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "psql: {failed}");
        told
    }

    /// Asks each question twice, so that what it needs is in memory; the second counts.
    pub(super) fn ask(&self, texts: &[String]) -> Vec<Told> {
        let mut script = String::from("\\timing on\n");
        for text in texts {
            script.push_str(&format!("{text};\n\\echo once\n{text};\n\\echo next\n"));
        }
        let told = self.script(&script);
        let answers: Vec<&str> = told.split("next\n").collect();
        let of = |answer: &&str| {
            let second = answer.rsplit("once\n").next().unwrap();
            let mut rows = BTreeSet::new();
            let mut took = Duration::ZERO;
            for line in second.lines().filter(|line| !line.is_empty()) {
                match line.strip_prefix("Time: ") {
                    Some(time) => {
                        let ms: f64 = time.split(' ').next().unwrap().parse().unwrap();
                        took = Duration::from_secs_f64(ms / 1e3);
                    }
                    None => drop(rows.insert(line.to_owned())),
                }
            }
            Told { rows, took }
        };
        answers.iter().take(texts.len()).map(of).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self
            .control()
            .args(["stop", "--mode=fast", "--silent"])
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            eprintln!(
                "postgres did not stop: see {}",
                self.folder.path().display()
            );
        }
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{command:?}: {status:?}"
    );
}

/// Finds the newest server that Debian's package put on this machine; as root installs it if absent.
fn binaries() -> Option<PathBuf> {
    if let Some(found) = installed() {
        return Some(found);
    }
    if is_root() {
        eprintln!("installing Debian's package postgresql");
        for arguments in [
            &["update", "-qq"][..],
            &["install", "-y", "-qq", "postgresql"][..],
        ] {
            let _status = Command::new("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(arguments)
                .stdout(Stdio::null())
                .status();
        }
    }
    installed()
}

fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            let binaries = version.path().join("bin");
            let whole = ["initdb", "postgres", "psql", "pg_ctl"];
            whole
                .iter()
                .all(|name| binaries.join(name).exists())
                .then_some((number, binaries))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, binaries)| binaries)
}
