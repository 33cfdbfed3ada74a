//! `habeas import --template`: a template and its mapping, as files.
//!
//! Start at [`write`].
//!
//! Never here: what stands in them (`import::template`).

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use import::Error;
use import::template::Template;

use crate::commands::Exit;

/// Writes the template into the one file that is named, and the mapping beside it, with the ending `toml`.
///
/// # Errors
/// [`Error::Wrong`] unless one file is named; [`Error::Io`], also where one of the two is there already.
pub(super) fn write(template: Template, files: &[PathBuf]) -> Result<Exit, Error> {
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
    create(file, &template.workbook()?)?;
    create(&mapping, template.mapping().as_bytes())?;
    eprintln!(
        "{} is to be filled in, {} is its mapping: say there who you are",
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
            write(Template::Khmer, std::slice::from_ref(&sheet)).unwrap(),
            Exit::Ok
        );
        assert!(std::fs::read(&sheet).unwrap().starts_with(b"PK"));
        let mapping = std::fs::read_to_string(folder.path().join("sheet.toml")).unwrap();
        assert_eq!(mapping, Template::Khmer.mapping());
        assert!(write(Template::English, &[sheet]).is_err());
        assert!(write(Template::English, &[]).is_err());
        assert!(write(Template::English, &[folder.path().join("a.toml")]).is_err());
    }
}
