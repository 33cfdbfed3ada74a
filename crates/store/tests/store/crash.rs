//! Killed at any moment, a store holds all of each batch up to some batch at or after the last flush.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use event::Position;

use crate::model::{Model, Random, dump, grow, open};

const FOLDER: &str = "STORE_CRASH_FOLDER";
const ROUNDS: u32 = 20;

/// The child: applies and flushes until it is killed. Does nothing when run as a test of its own.
#[test]
fn child() {
    let Ok(dir) = std::env::var(FOLDER) else {
        return;
    };
    let store = open(Path::new(&dir));
    let mut model = Model::at(store.checkpoint());
    let mut random = Random(store.checkpoint().get());
    for _ in 0..500 {
        grow(&store, &mut model, 1 + random.below(60));
        println!("\nA {}", model.rows.position);
        if random.below(4) == 0 {
            store.flush().unwrap();
            println!("\nF {}", model.rows.position);
        }
    }
}

/// Runs the child until it has said `lines` lines, and kills it; returns the last position applied,
/// and the last flushed, as it said.
fn run_and_kill(dir: &Path, lines: u64) -> (u64, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut applied, mut flushed) = (0, 0);
    let mut said = 0;
    let mut note = |line: &str| match line.split_once(' ') {
        Some(("A", position)) => applied = position.parse().unwrap(),
        Some(("F", position)) => flushed = position.parse().unwrap(),
        _ => {}
    };
    while said < lines {
        let Some(line) = output.next() else { break };
        let line = line.unwrap();
        said += u64::from(line.starts_with("A ") || line.starts_with("F "));
        note(&line);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died counts as well; a line may be cut short.
    let rest: Vec<_> = output.map_while(Result::ok).collect();
    rest.split_last()
        .into_iter()
        .flat_map(|(_, whole)| whole)
        .for_each(|line| note(line));
    (applied, flushed)
}

#[test]
fn killed_at_any_moment_it_holds_whole_batches_and_all_that_was_flushed() {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut random = Random(seed);
    let dir = tempfile::tempdir().unwrap();
    let mut least = 0;
    for round in 0..ROUNDS {
        let (applied, flushed) = run_and_kill(dir.path(), 5 + random.below(40));
        least = least.max(flushed);
        let store = open(dir.path());
        let found = store.checkpoint().get();
        println!("round {round}: applied {applied}, flushed {flushed}, found {found}");
        assert!(found >= least, "flushed {least}, found {found}");
        let model = Model::at(Position::new(found));
        assert_eq!(dump(&store, &model).unwrap(), model.rows);
        store.close().unwrap();
        least = found;
    }
    assert!(least > 0);
}
