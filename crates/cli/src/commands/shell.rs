//! `habeas completions` and `habeas man`: what a shell and `man` need to know of this command, made from its own words.
//!
//! Never here: the words of the other commands.

use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Exit, Terminal};
use crate::client::Failure;

/// Writes completions for a shell
///
/// Examples:
///   habeas completions bash > ~/.local/share/bash-completion/completions/habeas
///   habeas completions fish > ~/.config/fish/completions/habeas.fish
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Writes the manual pages: one for the command, and one for each of its commands
///
/// Examples:
///   habeas man --to ~/.local/share/man/man1
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {
    /// The folder, which is made
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Writes completions.
///
/// # Errors
/// [`Failure::Output`].
pub(super) fn completions(
    args: &Completions,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "habeas", &mut script);
    terminal.write(&script)?;
    Ok(Exit::Ok)
}

/// Writes manual pages.
///
/// # Errors
/// [`Failure::Output`]: the folder or a page cannot be written.
pub(super) fn man(args: &Man, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    std::fs::create_dir_all(&args.to).map_err(Failure::Output)?;
    clap_mangen::generate_to(Cli::command(), &args.to).map_err(Failure::Output)?;
    terminal.say(&format!("the pages stand in {}", args.to.display()));
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::habeas;

    #[test]
    fn every_shell_and_every_command_is_written_for() {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let left = habeas("http://127.0.0.1:1", &["completions", shell], "", None);
            assert_eq!(left.status, 0, "{shell}: {}", left.err);
            assert!(left.out.contains("same-person"), "{shell}");
        }
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("man1");
        let left = habeas(
            "http://127.0.0.1:1",
            &["man", "--to", to.to_str().unwrap()],
            "",
            None,
        );
        assert_eq!(left.status, 0, "{}", left.err);
        for page in [
            "habeas.1",
            "habeas-figures.1",
            "habeas-same-person.1",
            "habeas-token-new.1",
        ] {
            let text = std::fs::read_to_string(to.join(page)).unwrap();
            assert!(text.contains(".SH NAME"), "{page}");
        }
    }
}
