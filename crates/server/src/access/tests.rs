//! What each token gives, when it ends, and how the file is followed; with a clock that stands.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use access::{Role, Secret};
use event::{Instant, OrgId};
use fold::Scope;
use futures_util::FutureExt as _;

use super::reload::Reload;
use super::*;
use crate::clock::Clock;
use crate::gate::Sender;
use crate::http::{Problem, Sort};

const OPERATOR: &str = "0123";

/// A clock that stands at a second of 2026-01-01.
struct StoodClock(AtomicI64);

impl Clock for StoodClock {
    fn now(&self) -> Instant {
        let (start, _) = Instant::parse("2026-01-01T00:00:00Z").unwrap().0.parts();
        Instant::from_parts(start + self.0.load(Ordering::Relaxed), 0)
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

/// A node's tokens, over a folder.
struct Setting {
    folder: tempfile::TempDir,
    clock: Arc<StoodClock>,
    tokens: Arc<Tokens>,
    reload: Reload,
}

fn secret(role: Role) -> Secret {
    Secret::of_random(
        &[
            role.name().len().try_into().unwrap(),
            role.name().as_bytes()[0],
        ]
        .repeat(16)
        .try_into()
        .unwrap(),
    )
}

/// A file with a token of each role, each running out after a minute; those of an organisation are `desk`'s.
fn file() -> String {
    let mut text = "format = 1\n[[organisation]]\nid = \"desk\"\nname = \"Desk\"\n\
        [[person]]\nid = \"sokha\"\nname = \"Sokha\"\norganisation = \"desk\"\n"
        .to_owned();
    for role in Role::ALL {
        let org = if role.is_of_an_organisation() {
            "organisation = \"desk\"\nperson = \"sokha\"\n"
        } else {
            ""
        };
        let hash = secret(role).hash();
        text.push_str(&format!(
            "[[token]]\nid = \"{role}\"\nsha256 = \"{hash}\"\nrole = \"{role}\"\n{org}\
             created = \"2026-01-01T00:00:00Z\"\nexpires = \"2026-01-01T00:01:00Z\"\n"
        ));
    }
    text
}

fn write(folder: &Path, text: &str) {
    let path = folder.join("access.toml");
    // A new file each time, as the commands make it.
    let beside = folder.join("beside");
    std::fs::write(&beside, text).unwrap();
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::rename(beside, path).unwrap();
}

fn setting() -> Setting {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &file());
    let clock = Arc::new(StoodClock(AtomicI64::new(0)));
    let authors = AuthorKeys::of_folder(folder.path());
    let tokens = Arc::new(Tokens::new(OPERATOR, authors, clock.clone()));
    let reload = Reload::new(tokens.clone(), clock.clone(), folder.path());
    Setting {
        folder,
        clock,
        tokens,
        reload,
    }
}

fn desk() -> OrgId {
    OrgId::parse("desk").unwrap()
}

#[test]
fn each_role_gives_its_scope_and_its_rights() {
    let setting = setting();
    let rows = [
        // role, scope, sends, operates, takes bundles, sees rejections
        (Role::Reader, Scope::Partners, false, false, false, false),
        (Role::Writer, Scope::Org(desk()), true, false, false, true),
        (Role::Desk, Scope::Org(desk()), true, false, false, true),
        (
            Role::Exporter,
            Scope::Org(desk()),
            false,
            false,
            true,
            false,
        ),
        (Role::Auditor, Scope::Partners, false, false, true, false),
        (Role::Replicate, Scope::Partners, false, false, true, false),
        (Role::Operator, Scope::Operator, true, true, true, true),
    ];
    for (role, scope, sends, operates, exports, rejections) in rows {
        let secret = secret(role);
        let token = Some(secret.reveal());
        let may = setting.tokens.read(token).unwrap();
        assert_eq!(*may.scope(), scope, "{role}");
        assert_eq!(may.exports().is_ok(), exports, "{role}");
        assert_eq!(may.rejections(None).is_ok(), rejections, "{role}");
        let others = may.rejections(Some(OrgId::parse("other").unwrap()));
        assert_eq!(others.is_ok(), role == Role::Operator, "{role}");
        assert_eq!(setting.tokens.write(token).is_ok(), sends, "{role}");
        assert_eq!(setting.tokens.operate(token).is_ok(), operates, "{role}");
    }
    let public = setting.tokens.read(None).unwrap();
    assert!(public.is_public());
    assert_eq!(public.exports(), Err(AccessError::Absent));
    assert_eq!(public.rejections(None), Err(AccessError::Absent));
}

#[test]
fn what_is_no_token_or_none_any_more_is_refused_and_never_taken_for_none() {
    let mut setting = setting();
    let token = secret(Role::Desk).reveal().to_owned();
    let refused = |tokens: &Tokens, token: &str| tokens.read(Some(token)).unwrap_err();
    let shorter = token.get(..token.len() - 1).unwrap();
    assert!(matches!(
        refused(&setting.tokens, shorter),
        AccessError::Checksum(_)
    ));
    let other = Secret::of_random(&[0; 32]);
    assert_eq!(
        refused(&setting.tokens, other.reveal()),
        AccessError::Unknown
    );
    for text in [
        "",
        " ",
        "0124",
        "012",
        &secret(Role::Desk).hash().to_string(),
    ] {
        assert_eq!(refused(&setting.tokens, text), AccessError::Unknown);
    }
    setting.clock.0.store(59, Ordering::Relaxed);
    assert!(setting.tokens.read(Some(&token)).is_ok());
    setting.clock.0.store(60, Ordering::Relaxed);
    assert_eq!(refused(&setting.tokens, &token), AccessError::Expired);
    let revoked = file().replace("expires", "revoked");
    write(setting.folder.path(), &revoked);
    setting.reload.look();
    assert_eq!(refused(&setting.tokens, &token), AccessError::Revoked);
    assert!(setting.tokens.read(Some(OPERATOR)).is_ok());
}

#[test]
fn who_waits_is_told_when_a_token_ends() {
    let mut setting = setting();
    let given = |role| {
        let may = setting.tokens.read(Some(secret(role).reveal())).unwrap();
        may.credential().cloned().unwrap()
    };
    let (desk, reader) = (given(Role::Desk), given(Role::Reader));
    let tokens = setting.tokens.clone();
    let mut desk_ends = Box::pin(tokens.ended(Some(&desk)));
    let mut reader_ends = Box::pin(tokens.ended(Some(&reader)));
    let operator = Credential::of_operator();
    let mut own = Box::pin(tokens.ended(Some(&operator)));
    let mut public = Box::pin(tokens.ended(None));
    let waker = futures_util::task::noop_waker();
    let mut context = std::task::Context::from_waker(&waker);
    assert!(desk_ends.poll_unpin(&mut context).is_pending());
    assert!(reader_ends.poll_unpin(&mut context).is_pending());
    // Another role is another right: what was given ends.
    write(
        setting.folder.path(),
        &file().replace("role = \"desk\"", "role = \"writer\""),
    );
    setting.reload.look();
    assert_eq!(desk_ends.poll_unpin(&mut context), Poll::Ready(()));
    assert!(reader_ends.poll_unpin(&mut context).is_pending());
    setting.clock.0.store(60, Ordering::Relaxed);
    setting.reload.look();
    assert_eq!(reader_ends.poll_unpin(&mut context), Poll::Ready(()));
    assert!(own.poll_unpin(&mut context).is_pending());
    assert!(public.poll_unpin(&mut context).is_pending());
}

#[test]
fn who_waits_is_told_when_a_session_ends() {
    let mut setting = setting();
    let (name, _) = setting.tokens.sign_in(OPERATOR).unwrap();
    let may = setting.tokens.read_cookie(Some(&name)).unwrap();
    let credential = may.credential().cloned().unwrap();
    let tokens = setting.tokens.clone();
    let mut ends = Box::pin(tokens.ended(Some(&credential)));
    let waker = futures_util::task::noop_waker();
    let mut context = std::task::Context::from_waker(&waker);
    let last = sessions::SESSION_SECONDS - 1;
    for (second, has_ended) in [(last, false), (last + 1, true)] {
        setting.clock.0.store(second, Ordering::Relaxed);
        setting.reload.look();
        assert_eq!(ends.poll_unpin(&mut context).is_ready(), has_ended);
    }
}

#[test]
fn a_file_that_somebody_else_could_change_is_not_taken() {
    let mut setting = setting();
    let path = setting.folder.path().join("access.toml");
    let elsewhere = setting.folder.path().join("elsewhere.toml");
    let mut mistake = || {
        setting.reload.look();
        setting.tokens.mistake().map(|mistake| mistake.to_string())
    };
    // A link is followed, as to a secret that is mounted: what counts is the file that it leads to.
    std::fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert_eq!(mistake(), None);
    std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o602)).unwrap();
    assert!(mistake().unwrap().contains("602"));
    std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(mistake(), None);
    let somebody = rustix::fs::Uid::from_raw(12_345);
    // Only root gives files away.
    if rustix::process::geteuid().is_root() {
        rustix::fs::chown(&elsewhere, Some(somebody), None).unwrap();
        assert!(mistake().unwrap().contains("12345"));
    }
    std::fs::remove_file(&path).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
    assert!(mistake().unwrap().contains("no regular file"));
}

#[test]
fn a_mistake_leaves_the_file_before_in_force_and_says_where() {
    let mut setting = setting();
    let token = secret(Role::Reader);
    let holds = |tokens: &Tokens| tokens.read(Some(token.reveal())).is_ok();
    let path = setting.folder.path().join("access.toml");
    write(setting.folder.path(), &file().replace("Desk\"", "Desk"));
    setting.reload.look();
    let mistake = setting.tokens.mistake().unwrap().to_string();
    assert!(
        mistake.starts_with("line 4: ") && !mistake.contains("Desk"),
        "{mistake}"
    );
    assert!(holds(&setting.tokens));
    write(setting.folder.path(), &file());
    setting.reload.look();
    assert_eq!(setting.tokens.mistake(), None);
    // Only its mode changes.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    setting.reload.look();
    let mistake = setting.tokens.mistake().unwrap().to_string();
    assert!(mistake.contains("640"), "{mistake}");
    assert!(holds(&setting.tokens));
    std::fs::remove_file(&path).unwrap();
    setting.reload.look();
    assert_eq!(setting.tokens.mistake(), None);
    assert!(!holds(&setting.tokens));
}

#[test]
fn the_author_key_is_made_once_and_is_for_this_user_alone() {
    let setting = setting();
    let sender = |tokens: &Tokens| {
        let may = tokens.write(Some(secret(Role::Writer).reveal())).unwrap();
        may.sender().clone()
    };
    let before = sender(&setting.tokens);
    assert!(matches!(&before, Sender::Org(_)));
    let vault = setting.folder.path().join("vault");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&vault), 0o700);
    assert_eq!(mode(&vault.join("author-desk.key")), 0o600);
    let authors = AuthorKeys::of_folder(setting.folder.path());
    let again = Arc::new(Tokens::new(OPERATOR, authors, setting.clock.clone()));
    let _reload = Reload::new(again.clone(), setting.clock.clone(), setting.folder.path());
    assert_eq!(
        sender(&again),
        before,
        "after a restart the author is the same"
    );
    std::fs::write(vault.join("author-desk.key"), "none").unwrap();
    let authors = AuthorKeys::of_folder(setting.folder.path());
    let broken = Tokens::new(OPERATOR, authors, setting.clock.clone());
    broken.replace(access::AccessFile::parse(&file()).unwrap());
    let refused = broken
        .write(Some(secret(Role::Writer).reveal()))
        .unwrap_err();
    assert_eq!(
        Problem::from(refused).sort,
        Sort::Failed,
        "nothing is sent without its author"
    );
}
