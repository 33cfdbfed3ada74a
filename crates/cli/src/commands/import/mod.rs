//! `habeas import`: rows of other people's files become events, which are posted or written down.
//!
//! Start at [`run`]. What it did becomes an exit status.
//!
//! `ahead` asks the log in a dry run, `gone` for rows that are gone, `run` writes runs down,
//! `template` the spreadsheet template.
//!
//! Never here: how rows become events (crate `import`).

mod ahead;
mod args;
mod gone;
pub(crate) mod post;
mod run;
mod short;
mod show;
mod template;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use import::template::Template;
use import::{Inputs, Job, dry_run};

use super::Exit;
use crate::client::Failure;
pub(crate) use args::Args;
use post::fates::Fates;
use post::{Error, PostingTotals, Summary};

/// Runs an import.
///
/// # Errors
/// [`Failure::Import`].
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    if args.suggest {
        return suggested(&args.files).map_err(|error| Failure::Import(error.into()));
    }
    if let Some(template) = args.template.as_deref().and_then(Template::parse) {
        return template::write(template, &args.files)
            .map_err(|error| Failure::Import(error.into()));
    }
    let summary = import(args.clone(), Records::Kept).map_err(Failure::Import)?;
    if let (Some(run), true) = (
        &summary.run,
        summary.posted.new + summary.posted.corrections > 0,
    ) && !args.quiet
    {
        eprintln!("`habeas retract --run {run}` shows how it is undone as a whole");
    }
    if let Some(place) = &summary.report.broke_off {
        eprint!("{}", show::broken_off(place, summary.run.as_deref()));
    }
    if let Some(error) = &summary.stopped {
        eprint!("{}", show::stopped(error, summary.run.as_deref()));
    }
    Ok(exit(&summary))
}

/// Drafts a mapping on standard output.
fn suggested(files: &[PathBuf]) -> Result<Exit, import::Error> {
    let [file] = files else {
        let what = format!(
            "--suggest drafts a mapping for one FILE, but {} are named",
            files.len()
        );
        return Err(import::Error::wrong(what));
    };
    let draft = import::suggest(file)?;
    io::stdout()
        .write_all(draft.as_bytes())
        .map_err(|source| import::Error::Io {
            path: "-".into(),
            doing: "write",
            source,
        })?;
    Ok(Exit::Ok)
}

/// Imports what `args` name and prints a summary, unless told to be quiet.
///
/// Rows and events that were rejected are not an error: they are counted in what is returned.
///
/// # Errors
/// [`Error`]: a mapping or an input that cannot be read, or a server that takes nothing. One that takes no more behind
/// something that it took stands in the summary: what was posted stays, and the next run goes on from there, since the
/// events have the same ids.
pub(crate) fn import(args: Args, records: Records) -> Result<Summary, Error> {
    let run = (!args.dry_run).then(run::id);
    let inputs = Inputs {
        mapping: args.mapping.clone(),
        folder: args.folder.clone(),
        files: args.files.clone(),
        snapshots_max: args.limit_snapshots,
        run: run.clone(),
        constants: args.set.clone(),
    };
    let job = Job::new(inputs.clone())?;
    if let Err(error) = outputs_are_apart(&job, &args) {
        job.forget_new_secret();
        return Err(error.into());
    }
    let summary = if args.dry_run {
        written(&job, &args)?
    } else {
        real(job, run, records, &args)?
    };
    if let (Some(path), true) = (&args.gone, summary.has_asked()) {
        let lines = summary.gone().iter().map(|line| format!("{line}\n"));
        std::fs::write(path, lines.collect::<String>()).map_err(|source| import::Error::Io {
            path: path.clone(),
            doing: "write",
            source,
        })?;
    }
    // The rows in question are read once more, by a job that is still there.
    let job = Job::new(inputs)?;
    if let Some(path) = &args.rejected {
        let rejections = &summary.posted.rejections;
        import::rejected::write(path, &job, &summary.report, rejections)?;
    }
    if !args.quiet {
        show::summary(&summary, &args);
    }
    Ok(summary)
}

/// Refuses to write over what is read, and two outputs into one file.
fn outputs_are_apart(job: &Job, args: &Args) -> Result<(), import::Error> {
    let named = [
        ("--output", &args.output),
        ("--rejected", &args.rejected),
        ("--gone", &args.gone),
    ];
    let named = named.iter().filter_map(|(option, path)| {
        let path = path.as_deref().filter(|path| *path != Path::new("-"))?;
        Some((*option, path))
    });
    let named: Vec<(&str, &Path)> = named.collect();
    for (option, path) in &named {
        job.check_is_no_input(option, path)?;
    }
    import::outputs::check_are_apart(&named)
}

/// Whether runs are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Records {
    /// In a file of this user.
    Kept,
    /// Nowhere.
    #[cfg(test)]
    None,
}

/// Posts what the job makes; the run is written down when it begins and when it ends.
fn real(job: Job, run: Option<String>, records: Records, args: &Args) -> Result<Summary, Error> {
    let (org, source) = job.sender();
    let sender = [org.to_owned(), source.to_owned()];
    let record = run.as_ref().filter(|_| records == Records::Kept);
    let record = record.map(|run| run::Record::new(run.clone(), sender, job.files(), args));
    if let Some(record) = &record {
        tell(record, args, record.begin());
    }
    let summary = Summary {
        run,
        ..post::run(job, args)?
    };
    if let Some(record) = &record
        && let Err(error) = record.end(&summary)
        && !args.quiet
    {
        let id = record.id();
        eprintln!("the end of run {id} could not be written down: {error}");
    }
    Ok(summary)
}

/// Says which run begins, and where it is written down; what is posted stands even where that fails.
fn tell(run: &run::Record, args: &Args, written: io::Result<Option<PathBuf>>) {
    if args.quiet {
        return;
    }
    let id = run.id();
    match written {
        Ok(Some(path)) => eprintln!("run {id}, written down in {}", path.display()),
        Ok(None) => {
            eprintln!("run {id}, written down nowhere: neither XDG_STATE_HOME nor HOME is set");
        }
        Err(error) => eprintln!("run {id}, which could not be written down: {error}"),
    }
}

/// Checks the events and writes them into the output (`-` is standard output), if any; then the log is
/// asked what it has of them.
fn written(job: &Job, args: &Args) -> Result<Summary, Error> {
    let output = args.output.as_deref();
    let path = output.unwrap_or(Path::new("-"));
    let mut out: Box<dyn Write> = match output {
        None => Box::new(io::sink()),
        Some(path) if path == Path::new("-") => Box::new(io::stdout().lock()),
        Some(path) => Box::new(File::create(path).map_err(|source| import::Error::Io {
            path: path.to_owned(),
            doing: "create",
            source,
        })?),
    };
    let dry = dry_run(job, path, &mut out)?;
    let ahead = if args.offline {
        Err("--offline".to_owned())
    } else {
        ahead::ask(job, &dry, args)?
    };
    let (rejections, fates) = match &ahead {
        Ok(ahead) => (ahead.rejections.clone(), ahead.fates.clone()),
        Err(_) => (dry.rejections, Fates::default()),
    };
    Ok(Summary {
        report: dry.report,
        outlook: Some((dry.outlook, ahead)),
        posted: PostingTotals {
            rejections,
            fates,
            ..PostingTotals::default()
        },
        ..Summary::default()
    })
}

fn exit(summary: &Summary) -> Exit {
    if let Some(error) = &summary.stopped {
        match error.as_ref() {
            Error::Unreachable { .. } => Exit::Unavailable,
            Error::Events(_) | Error::Refused { .. } | Error::Verdicts { .. } => Exit::Failed,
        }
    } else if summary.report.broke_off.is_some() {
        Exit::Failed
    } else if summary.has_rejections() {
        Exit::Rejected
    } else {
        Exit::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_output_is_written_over_what_is_read() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: Args,
        }
        let folder = tempfile::tempdir().unwrap();
        let (mapping, file) = (folder.path().join("m.toml"), folder.path().join("a.csv"));
        let text = "format = 2\norg = 'test'\nsource = '//test.example/a'\n[row]\nkey = ['no']\n\
            recordedtime = {text = '2020-01-03T00:00:00Z'}\n[[event]]\nkind = 'arrest'\n";
        for (written, dry) in [
            ("--output", Some("--dry-run")),
            ("--rejected", Some("--dry-run")),
            ("--rejected", None),
            ("--gone", None),
            ("--gone", Some("--dry-run")),
        ] {
            for target in [&mapping, &file] {
                std::fs::write(&mapping, text).unwrap();
                std::fs::write(&file, "no\n1\n").unwrap();
                let before = std::fs::read(target).unwrap();
                let line = ["import", "--quiet", "--mapping"].map(std::ffi::OsString::from);
                let line = line
                    .into_iter()
                    .chain([mapping.clone().into(), written.into()]);
                let line = line.chain([target.clone().into(), file.clone().into()]);
                let line = line.chain(dry.map(Into::into));
                let args = <Line as clap::Parser>::parse_from(line).args;
                let told = import(args, Records::None).unwrap_err().to_string();
                assert!(told.starts_with(&format!("{written} ")), "{told}");
                assert_eq!(std::fs::read(target).unwrap(), before);
                assert!(!folder.path().join("m.toml.secret").exists());
            }
        }
    }

    #[test]
    fn a_rejected_row_or_event_shows_in_the_exit_status() {
        let mut summary = Summary::default();
        assert_eq!(exit(&summary), Exit::Ok);
        summary.report.rows_rejected = 1;
        assert_eq!(exit(&summary), Exit::Rejected);
        summary.report.broke_off = Some("a.csv: unexpected end of file".to_owned());
        assert_eq!(exit(&summary), Exit::Failed);
        let mut summary = Summary::default();
        let rejections = &mut summary.posted.rejections;
        rejections.by_code.insert("E0203".to_owned(), 1);
        assert_eq!(exit(&summary), Exit::Rejected);
    }
}
