//! Bytes changed or files removed: noticed at open or when read, never a wrong row.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use store::{Failure, Settings, Store};

use crate::model::{Model, Random, dump, grow, open, settings};

const ROUNDS: u64 = 24;
/// How long a damaged store may hang; a sound one of this size opens in some tens of milliseconds.
const ENGINE_TIMEOUT: Duration = Duration::from_secs(2);

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Fills a store in steps, so that its files hold pages of several times.
fn filled(dir: &Path) -> Model {
    let store = open(dir);
    let mut model = Model::default();
    for _ in 0..8 {
        grow(&store, &mut model, 60);
        store.flush().unwrap();
    }
    store.close().unwrap();
    model
}

/// Opens what is left; says how the damage showed.
fn look(dir: &Path, model: &Model) -> &'static str {
    let settings = Settings {
        engine_timeout: ENGINE_TIMEOUT,
        ..settings()
    };
    let Ok(store) = Store::open(dir, settings) else {
        return "refused";
    };
    match dump(&store, model) {
        Ok(rows) if rows == model.rows => "no effect",
        Ok(rows) => {
            // What an earlier time left whole is true for its own checkpoint.
            assert_eq!(rows, Model::at(rows.position).rows, "a wrong row");
            "older"
        }
        Err(Failure::Corrupt(_)) => {
            assert!(matches!(store.read().map(drop), Err(Failure::Poisoned(_))));
            "found"
        }
        Err(other) => panic!("{other}"),
    }
}

fn rounds(what: fn(&mut Random, &Path)) {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut random = Random(seed);
    let whole = tempfile::tempdir().unwrap();
    let model = filled(whole.path());
    let mut tally = std::collections::BTreeMap::new();
    for _ in 0..ROUNDS {
        let dir = tempfile::tempdir().unwrap();
        for from in files(whole.path()) {
            let to = dir.path().join(from.strip_prefix(whole.path()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
        what(&mut random, dir.path());
        *tally.entry(look(dir.path(), &model)).or_insert(0) += 1;
    }
    println!("{tally:?}");
    assert!(
        tally.keys().any(|how| *how != "no effect"),
        "the damage did nothing: {tally:?}"
    );
}

fn some_file(random: &mut Random, dir: &Path) -> PathBuf {
    let mut files = files(dir);
    files.retain(|file| fs::metadata(file).unwrap().len() > 0);
    let index = random.below(u64::try_from(files.len()).unwrap());
    files.swap_remove(usize::try_from(index).unwrap())
}

#[test]
fn a_changed_byte_is_never_a_wrong_row() {
    rounds(|random, dir| {
        let file = some_file(random, dir);
        let mut bytes = fs::read(&file).unwrap();
        let at = usize::try_from(random.below(u64::try_from(bytes.len()).unwrap())).unwrap();
        bytes[at] ^= 1 << random.below(8);
        fs::write(file, bytes).unwrap();
    });
}

#[test]
fn a_missing_or_cut_file_is_never_a_wrong_row() {
    rounds(|random, dir| {
        let file = some_file(random, dir);
        if random.below(2) == 0 {
            fs::remove_file(file).unwrap();
        } else {
            let bytes = fs::read(&file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }
    });
}
