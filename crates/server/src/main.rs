//! The daemon `habeasd`: reads its flags, starts the node, and stops it cleanly on a signal.

use std::process::ExitCode;
use std::sync::Arc;

use archive::Disk;
use clap::Parser;
use server::config::{Cli, Command, Key, LogFormat};
use server::{Running, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tracing::Level;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Folding makes and drops many small rows; measured, the system's allocator took a third of the time.
/// Of version 2, which gives unused pages back after 10 ms: version 3 waits for a second, and held a
/// hundred MiB more while a large import ran.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // Folders 0700, files 0600, those of nats-server too, which inherits it.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    start_log(cli.log_format);
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&*error);
            ExitCode::FAILURE
        }
    }
}

/// The crates whose lines may be of any level. What others say below `info` may hold payloads and passwords:
/// the client of the broker writes both.
const OWN: [&str; 7] = [
    "habeasd", "server", "journal", "archive", "store", "access", "import",
];

/// What warns of each connection that breaks the rules of HTTP/2: whoever connects would write the log.
const BY_CALLERS: &str = "h2";

/// Whether a line of a module may be written, whatever `HABEAS_LOG` asks for.
fn is_fit(module: &str, level: Level) -> bool {
    let name = module.split("::").next().unwrap_or(module);
    let most = match name {
        BY_CALLERS => Level::ERROR,
        name if OWN.contains(&name) => Level::TRACE,
        _ => Level::INFO,
    };
    level <= most
}

/// Sends the log to standard error, as `HABEAS_LOG` says.
fn start_log(format: LogFormat) {
    let asked = EnvFilter::try_from_env("HABEAS_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let fit_to_read = filter_fn(|line| is_fit(line.target(), *line.level()));
    let filter = asked.and(fit_to_read);
    // Colours are for a terminal: in a file they are noise.
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal);
    let log = match format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    };
    tracing_subscriber::registry().with(log).init();
}

async fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    let command = match command {
        Command::Repair(asked) => {
            say_line(
                &server::history::repair::run(asked, &SystemClock::new())
                    .await?
                    .to_string(),
            );
            return Ok(());
        }
        Command::Key {
            what: Key::Rotate { data, overlap_days },
        } => {
            let key = server::notary::rotate::begin(&Disk::default(), &data, overlap_days)?;
            say_line(&format!(
                "{key}\nfollows once the node has announced it; print it in policies beside the one before"
            ));
            return Ok(());
        }
        other @ (Command::Up(_) | Command::Serve(_)) => other,
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let clock = Arc::new(SystemClock::new());
    let starting = async {
        match command {
            Command::Up(up) => server::up(up, clock).await,
            Command::Serve(serve) => server::serve(serve, clock).await,
            Command::Repair(_) | Command::Key { .. } => std::future::pending().await,
        }
    };
    let running: Running = tokio::select! {
        running = starting => running?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    say(&running);
    let failed = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        error = running.failed() => Some(error),
    };
    running.stop().await;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

#[allow(clippy::print_stdout, reason = "what was done is for a person")]
fn say_line(line: &str) {
    println!("{line}");
}

#[allow(
    clippy::print_stdout,
    reason = "the one line that says it is ready is for a person"
)]
fn say(running: &Running) {
    let state = match running.node().trouble() {
        None => "is ready".to_owned(),
        Some(trouble) => format!("does not write ({trouble})"),
    };
    println!(
        "habeasd {state}: {} answers, position {}, token in {}",
        running.served(),
        running.position(),
        running.token_file().display()
    );
    if running.has_demo() {
        println!("tokens of the demo's organisations, to read and send as one of them:");
        for (org, token) in running.demo_tokens() {
            println!("  {org:16}{token}");
        }
        println!(
            "{}",
            server::DEMO_COMMANDS.replace("{address}", &running.served().to_string())
        );
    }
}

#[allow(
    clippy::print_stderr,
    reason = "why the daemon ends is for the person who started it"
)]
fn say_error(error: &(dyn std::error::Error + 'static)) {
    eprintln!("habeasd: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because {error}");
        cause = error.source();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_holds_neither_payloads_nor_what_any_caller_can_write() {
        for (module, level, fits) in [
            ("server::http", Level::TRACE, true),
            ("async_nats::connection", Level::INFO, true),
            ("async_nats::connection", Level::DEBUG, false),
            ("h2::proto::streams::recv", Level::WARN, false),
            ("h2::proto", Level::ERROR, true),
            ("h2x", Level::WARN, true),
        ] {
            assert_eq!(is_fit(module, level), fits, "{module} {level}");
        }
    }
}
