//! What the doctor sees in the node's folder: who may enter it, room, keys, the access file, the last backup.
//!
//! Never here: asking the node.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use access::AccessFile;
use event::Instant;
use proof::Signer;

use super::finding::Finding;
use crate::commands::backup::Manifest;

/// Files of the node that nobody else may read; of the folders, every file right in them. Source:
/// docs/operate/run.md, What is in the folder.
const SECRETS: [&str; 9] = [
    "access.toml",
    "operator.token",
    "log.key",
    "log.key.next",
    "log.key.before",
    "node.key",
    "master.key",
    "nats.password",
    "nats.url",
];
const SECRET_FOLDERS: [&str; 2] = ["desk", "vault"];

/// Bits of a mode by which others than the owner may do something.
const OTHERS: u32 = 0o077;

/// Bytes below which the node stops writing, and below which there is soon too little. Source:
/// docs/operate/history.md, Space.
const ROOM_MIN: u64 = 64 << 20;
const ROOM_SOON: u64 = 1 << 30;

/// How old a backup may be before somebody should look, and before it is wrong, in seconds: a night that was
/// missed, and a week.
const BACKUP_LOOK: i64 = 36 * 3_600;
const BACKUP_WRONG: i64 = 7 * 86_400;

/// How far the clocks of two machines may be apart, in seconds.
const CLOCKS_APART: i64 = 600;

/// How long before a token runs out somebody should look, in seconds: two weeks.
const TOKEN_SOON: i64 = 14 * 86_400;

/// Looks at the folder.
pub(super) fn look(data: &Path, now: Instant) -> Vec<Finding> {
    let mut found = vec![entered(data)];
    found.extend(secrets(data));
    found.push(room(data));
    found.push(key(data));
    found.push(access(data, now));
    found.push(backup(data, now));
    found.push(clock());
    found
}

/// Who may enter the folder.
fn entered(data: &Path) -> Finding {
    let about = "folder";
    let shown = data.display();
    let found = match fs::metadata(data) {
        Ok(found) => found,
        Err(error) => {
            return Finding::wrong(about, error.to_string(), format!("look at {shown}"));
        }
    };
    if found.mode() & OTHERS != 0 {
        return Finding::wrong(
            about,
            format!(
                "{shown} has mode {:o}: others may enter it",
                found.mode() & 0o777
            ),
            format!("chmod 700 {shown}"),
        );
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Finding::look(
            about,
            format!("{shown} is another user's"),
            "run this as that user: what others may not read is not looked at",
        );
    }
    Finding::right(about, "only its user may enter it")
}

/// Which secret files others may read.
fn secrets(data: &Path) -> Vec<Finding> {
    let about = "secret files";
    let mut paths: Vec<PathBuf> = SECRETS.iter().map(|name| data.join(name)).collect();
    for folder in SECRET_FOLDERS {
        let entries = fs::read_dir(data.join(folder)).into_iter().flatten();
        paths.extend(entries.flatten().map(|entry| entry.path()));
    }
    let known: Vec<(PathBuf, Metadata)> = paths
        .into_iter()
        .filter_map(|path| fs::metadata(&path).ok().map(|found| (path, found)))
        .collect();
    let open: Vec<&(PathBuf, Metadata)> = known
        .iter()
        .filter(|(_, found)| found.is_file() && found.mode() & OTHERS != 0)
        .collect();
    if open.is_empty() {
        return vec![Finding::right(
            about,
            format!("{} are its user's alone", known.len()),
        )];
    }
    let wrong = open.iter().map(|(path, found)| {
        let shown = path.display();
        Finding::wrong(
            about,
            format!(
                "{shown} has mode {:o}: others may read it",
                found.mode() & 0o777
            ),
            format!("chmod 600 {shown}; replace what it holds if somebody has"),
        )
    });
    wrong.collect()
}

/// How much room the volume has.
fn room(data: &Path) -> Finding {
    let about = "disk";
    let found = match rustix::fs::statvfs(data) {
        Ok(found) => found,
        Err(error) => return Finding::look(about, error.to_string(), "look at the volume"),
    };
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    let (free, all) = (bytes(found.f_bavail), bytes(found.f_blocks));
    let said = format!("{} MiB of {} are free", free >> 20, all >> 20);
    if free < ROOM_MIN {
        let next = "make room: below 64 MiB nothing is written (docs/operate/log.md, disk)";
        return Finding::wrong(about, said, next);
    }
    if free < ROOM_SOON || free < all / 20 {
        return Finding::look(about, said, "make room before the node stops writing");
    }
    Finding::right(about, said)
}

/// Whether the log's key can be used.
fn key(data: &Path) -> Finding {
    let about = "log's key";
    let text = match fs::read_to_string(data.join("log.key")) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Finding::right(about, "it is not here: another node must sign");
        }
        Err(error) => {
            return Finding::wrong(
                about,
                error.to_string(),
                "look at log.key: nothing is signed",
            );
        }
    };
    let next =
        "put log.key back from where it is kept (docs/operate/trust.md, Keys): nothing is signed";
    match text.trim().parse::<Signer>() {
        Err(why) => Finding::wrong(about, format!("log.key is no key: {why}"), next),
        Ok(_) if data.join("log.key.next").exists() => Finding::look(
            about,
            "a key that follows waits in log.key.next",
            "the node takes it when it is next started and has announced it",
        ),
        Ok(key) => Finding::right(about, format!("it signs as {}", key.verifier().name())),
    }
}

/// Whether the access file is right, and whose tokens run out.
fn access(data: &Path, now: Instant) -> Finding {
    let about = "access file";
    let path = data.join("access.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let next =
                "habeas org add, habeas token new: until then the operator's token is used for all";
            return Finding::look(about, "nobody has a token but the operator", next);
        }
        Err(error) => return Finding::wrong(about, error.to_string(), "look at access.toml"),
    };
    let file = match AccessFile::parse(&text) {
        Ok(file) => file,
        Err(mistake) => {
            let next = "correct it: the node goes on with the last right one, and with none after a restart";
            return Finding::wrong(about, mistake.to_string(), next);
        }
    };
    let valid = file.tokens.iter().filter(|token| token.revoked.is_none());
    let ends = valid.filter_map(|token| token.expires);
    let (mut soon, mut over) = (0_usize, 0_usize);
    for end in ends {
        if end <= now {
            over += 1;
        } else if end.parts().0 - now.parts().0 < TOKEN_SOON {
            soon += 1;
        }
    }
    if soon > 0 {
        return Finding::look(
            about,
            format!("{soon} tokens run out within two weeks"),
            "habeas token list, then habeas token rotate",
        );
    }
    let tokens = file.tokens.len();
    Finding::right(
        about,
        format!(
            "{} organisations, {tokens} tokens, {over} of them run out",
            file.organisations.len()
        ),
    )
}

/// How old the last backup is.
fn backup(data: &Path, now: Instant) -> Finding {
    let about = "backup";
    let next = "habeas backup --to DIR, each night (docs/operate/backup.md)";
    let manifest = match Manifest::of(data) {
        Ok(manifest) => manifest,
        Err(_) => {
            return Finding::wrong(about, "none was made, or backup.json cannot be read", next);
        }
    };
    let Some((made, _)) = Instant::parse(&manifest.made) else {
        return Finding::wrong(about, "backup.json says no time", next);
    };
    let age = now.parts().0 - made.parts().0;
    let said = format!(
        "the last was made {} h ago, of {} entries",
        age / 3_600,
        manifest.entries
    );
    match age {
        age if age < -CLOCKS_APART => Finding::wrong(
            about,
            format!("the last is of {}, which is to come", manifest.made),
            "set the clock right, here or where it was made",
        ),
        age if age >= BACKUP_WRONG => Finding::wrong(about, said, next),
        age if age >= BACKUP_LOOK => Finding::look(about, said, next),
        _ => Finding::right(about, said),
    }
}

/// What a program that keeps the clock right leaves while it does.
const CLOCK_KEEPERS: [&str; 5] = [
    "/run/systemd/timesync/synchronized",
    "/run/chrony/chronyd.pid",
    "/run/chrony/chronyd.sock",
    "/run/ntpd.pid",
    "/run/ntpsec/ntpd.pid",
];

/// Whether something keeps the clock.
fn clock() -> Finding {
    let about = "clock";
    match CLOCK_KEEPERS.iter().find(|path| Path::new(path).exists()) {
        Some(path) => Finding::right(about, format!("it is kept ({path})")),
        None => Finding::look(
            about,
            "no program that keeps it was found",
            "have systemd-timesyncd, chrony or ntpd run: times of receipt are this clock's",
        ),
    }
}
