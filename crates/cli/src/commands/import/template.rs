//! `habeas import --template`: the spreadsheet template and its mapping, as files.
//!
//! Start at [`write`].
//!
//! Never here: what stands in them (`import::template`).

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use import::Error;
use import::template::{self, Language};

use crate::commands::Exit;

/// Writes the template into the one file that is named, and the mapping beside it, with the ending `toml`.
///
/// # Errors
/// [`Error::Wrong`] unless one file is named; [`Error::Io`], also where one of the two is there already.
pub(super) fn write(language: Language, files: &[PathBuf]) -> Result<Exit, Error> {
    let [file] = files else {
        let what = format!(
            "--template writes one FILE, e.g. sheet.xlsx, but {} are named",
            files.len()
        );
        return Err(Error::wrong(what));
    };
    let mapping = file.with_extension("toml");
    if mapping == *file {
        return Err(Error::wrong(
            "--template writes a workbook, and its mapping beside it with the ending toml: name a FILE like sheet.xlsx"
                .to_owned(),
        ));
    }
    create(file, &template::workbook(language)?)?;
    create(&mapping, template::mapping().as_bytes())?;
    eprintln!(
        "{} is the sheet, {} its mapping: say there who you are",
        file.display(),
        mapping.display()
    );
    Ok(Exit::Ok)
}

/// Writes a file that is not there yet.
fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        doing: "create",
        source,
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(io)?;
    file.write_all(bytes).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_written_beside_its_mapping_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let sheet = folder.path().join("sheet.xlsx");
        assert_eq!(
            write(Language::Khmer, std::slice::from_ref(&sheet)).unwrap(),
            Exit::Ok
        );
        assert!(std::fs::read(&sheet).unwrap().starts_with(b"PK"));
        let mapping = std::fs::read_to_string(folder.path().join("sheet.toml")).unwrap();
        assert_eq!(mapping, template::mapping());
        assert!(write(Language::English, &[sheet]).is_err());
        assert!(write(Language::English, &[]).is_err());
        assert!(write(Language::English, &[folder.path().join("a.toml")]).is_err());
    }
}
