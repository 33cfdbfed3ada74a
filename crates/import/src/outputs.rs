//! Files that an import writes, held against those that it reads: none of these may be written over.
//!
//! Start at `check` and [`check_are_apart`]. Files are compared by device and inode, so neither a link nor another way
//! of writing the path
//! hides that two are one.
//!
//! Never here: what is written.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::secret::Secret;

/// Refuses a file to be written that is the mapping, its secret or an input.
///
/// # Errors
/// [`Error::Wrong`] where it is one of them.
pub(crate) fn check<'p>(
    option: &str,
    written: &Path,
    mapping: &Path,
    inputs: impl Iterator<Item = &'p PathBuf>,
) -> Result<(), Error> {
    let Some(own) = identity(written) else {
        // What is not there yet is nobody's.
        return Ok(());
    };
    let is_own = |path: &Path| identity(path) == Some(own);
    let what = if is_own(mapping) {
        "the mapping of this import".to_owned()
    } else if is_own(&Secret::place(mapping)) {
        "the secret of the mapping: what was imported with it could not be imported again"
            .to_owned()
    } else if let Some(input) = inputs.into_iter().find(|input| is_own(input)) {
        let input = input.display();
        format!("the file {input}, which is imported: its rows would be lost")
    } else {
        return Ok(());
    };
    let written = written.display();
    Err(Error::wrong(format!(
        "{option} {written} would be written over {what}. Name another file"
    )))
}

/// Refuses one file that is to be written for two options.
///
/// # Errors
/// [`Error::Wrong`] where two are one.
pub fn check_are_apart(outputs: &[(&str, &Path)]) -> Result<(), Error> {
    for (place, (option, path)) in outputs.iter().enumerate() {
        let same = |other: &Path| {
            other == *path || identity(other).is_some_and(|own| identity(path) == Some(own))
        };
        let earlier = outputs.iter().take(place);
        if let Some((other, _)) = earlier.into_iter().find(|(_, other)| same(other)) {
            let path = path.display();
            return Err(Error::wrong(format!(
                "{other} and {option} both name {path}, and one would be written over the other. Name two files"
            )));
        }
    }
    Ok(())
}

/// Device and inode of a regular file behind all links; of what is no file, as a terminal, nothing is lost.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inputs, Job};

    const MAPPING: &str = "format = 2\norg = 'test'\nsource = '//test.example/a'\n[row]\nkey = ['no']\n\
        recordedtime = {text = '2020-01-03T00:00:00Z'}\nset = {visibility = 'public'}\n[[event]]\nkind = 'arrest'\n";

    fn told(result: Result<(), Error>) -> String {
        result.map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn what_is_read_is_not_written_over_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("m.toml"), MAPPING).unwrap();
        std::fs::write(at("a.csv"), "no\n1\n").unwrap();
        std::fs::write(at("other.csv"), "").unwrap();
        std::fs::create_dir(at("sub")).unwrap();
        std::fs::hard_link(at("a.csv"), at("hard")).unwrap();
        std::os::unix::fs::symlink(at("a.csv"), at("soft")).unwrap();
        std::os::unix::fs::symlink(at("m.toml"), at("sub/map")).unwrap();
        let job = Job::new(Inputs {
            mapping: at("m.toml"),
            files: vec![at("a.csv")],
            ..Inputs::default()
        })
        .unwrap();
        for (name, expected) in [
            ("a.csv", "is imported"),
            ("hard", "is imported"),
            ("soft", "is imported"),
            ("sub/../a.csv", "is imported"),
            ("m.toml", "the mapping"),
            ("sub/map", "the mapping"),
            ("m.toml.secret", "the secret"),
            ("other.csv", ""),
            ("new.csv", ""),
            ("sub", ""),
        ] {
            let told = told(job.check_is_no_input("--gone", &at(name)));
            assert_eq!(told.is_empty(), expected.is_empty(), "{name}: {told}");
            assert!(told.contains(expected), "{name}: {told}");
            assert!(told.is_empty() || told.starts_with("--gone "), "{told}");
        }
    }

    #[test]
    fn the_files_of_a_list_seen_at_snapshots_are_read_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let list = "[snapshots]\ngone = 'nothing'\n[snapshots.list]\ntable = 't.csv'\nfile = 'v/{n}.csv'\n\
            number = 'n'\nrecorded_at = 'r'\n";
        let mapping = MAPPING.replace("recordedtime = {text = '2020-01-03T00:00:00Z'}\n", "");
        std::fs::write(at("m.toml"), mapping + list).unwrap();
        std::fs::create_dir(at("v")).unwrap();
        for name in ["t.csv", "v/1.csv", "v/notes.txt"] {
            std::fs::write(at(name), "").unwrap();
        }
        let job = Job::new(Inputs {
            mapping: at("m.toml"),
            ..Inputs::default()
        })
        .unwrap();
        for (name, is_read) in [("t.csv", true), ("v/1.csv", true), ("v/notes.txt", false)] {
            let told = told(job.check_is_no_input("--output", &at(name)));
            assert_eq!(!told.is_empty(), is_read, "{name}: {told}");
        }
    }

    #[test]
    fn two_outputs_are_two_files() {
        let (a, b) = (Path::new("/nowhere/a"), Path::new("/nowhere/b"));
        assert!(check_are_apart(&[("--output", a), ("--rejected", b)]).is_ok());
        let told = told(check_are_apart(&[("--output", a), ("--rejected", a)]));
        assert!(told.contains("--output and --rejected"), "{told}");
    }
}
