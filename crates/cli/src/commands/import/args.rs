//! What stands behind `habeas import` on the command line.
//!
//! Never here: what follows from it.

use std::path::PathBuf;

use import::template::Template;

/// Turns rows of files into events by a mapping file, and posts them.
// No `Debug`: it would print the token.
#[derive(Clone, clap::Args)]
pub(crate) struct Args {
    /// Files: CSV, workbooks, JSON or HTML, packed or not; else those that the mapping names
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The mapping file
    #[arg(long, value_name = "FILE", default_value = "mapping.toml")]
    pub(crate) mapping: PathBuf,
    /// Drafts a mapping for FILE from its header and cells, says what it is unsure of, and imports nothing
    #[arg(long)]
    pub(crate) suggest: bool,
    /// Writes a template into FILE, and its mapping beside it, and imports nothing: a spreadsheet with drop-downs in
    /// English (en) or Khmer (km), or a form for KoboToolbox and ODK (form)
    #[arg(long, value_name = "TEMPLATE", value_parser = Template::NAMES.map(|(name, _)| name), conflicts_with = "suggest")]
    pub(crate) template: Option<String>,
    /// A constant of all rows, e.g. place.code=KH; it goes before those of [row.set]
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// The folder of the inputs that the mapping names [default: the mapping's own]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// The server
    #[arg(
        long,
        env = "HABEAS_SERVER",
        default_value = "http://127.0.0.1:8420",
        value_name = "URL"
    )]
    pub(crate) server: String,
    /// The token of a desk; that of a writer adds events and corrects none
    #[arg(
        long,
        env = "HABEAS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// The authorities whose word on an https server's certificate is taken, as PEM, in place of the system's
    #[arg(long, env = "HABEAS_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Makes the events, asks the server what it has of them, and posts nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run, asks no server
    #[arg(long, requires = "dry_run")]
    pub(crate) offline: bool,
    /// With --dry-run, writes the events there, one a line; - is standard output
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub(crate) output: Option<PathBuf>,
    /// Writes the rows that were rejected there with the reasons, as CSV, to mend and import again
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// With mode = "state", names the events of all rows that are gone there, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    pub(crate) gone: Option<PathBuf>,
    /// Ends as soon as the events are in the log; figures may show them a little later
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Shows neither progress nor a summary
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Of a list seen at snapshots, reads only the first N snapshots
    #[arg(long, value_name = "N")]
    pub(crate) limit_snapshots: Option<usize>,
}
