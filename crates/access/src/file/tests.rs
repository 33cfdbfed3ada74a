//! The file as text: what is read, what is refused and where, and what changes.

use event::{Instant, OrgId};

use super::*;
use crate::Secret;

const NKEY: &str = "UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z";

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap().0
}

fn org(id: &str) -> OrgId {
    OrgId::parse(id).unwrap()
}

/// A file with one of each, and `more`.
fn file(more: &str) -> String {
    format!(
        r#"format = 1

[[organisation]]
id = "desk"
name = "The \"Desk\""

[[organisation]]
id = "other"
name = "Other"

[[person]]
id = "sokha"
name = "សុខា"
organisation = "desk"

[[token]]
id = "t1"
sha256 = "{HASH}"
role = "writer"
organisation = "desk"
person = "sokha"
created = "2026-01-01T00:00:00Z"
expires = "2027-01-01T00:00:00Z"
{more}

[[key]]
id = "k1"
nkey = "{NKEY}"
organisation = "desk"
person = "sokha"
created = "2026-01-01T00:00:00Z"
"#
    )
}

#[test]
fn a_person_is_revoked_and_removed_with_all_that_is_theirs() {
    let text = "format = 1\n[[organisation]]\nid = \"desk\"\nname = \"D\"\n\
        [[person]]\nid = \"a\"\nname = \"A\"\norganisation = \"desk\"\n\
        [[person]]\nid = \"b\"\nname = \"B\"\norganisation = \"desk\"\n\
        [[key]]\nid = \"k\"\nnkey = \"UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z\"\n\
        organisation = \"desk\"\nperson = \"a\"\ncreated = \"2026-01-01T00:00:00Z\"\n";
    let mut file = AccessFile::parse(text).unwrap();
    assert_eq!(
        file.keys[0].role,
        Role::Desk,
        "a key of before there were roles"
    );
    let (now, _) = Instant::parse("2026-06-01T00:00:00Z").unwrap();
    let id = |id: &str| PersonId::parse(id).unwrap();
    assert_eq!(file.revoke_person(&id("b"), now), Ok(0));
    assert_eq!(file.revoke_person(&id("a"), now), Ok(1));
    assert_eq!(file.revoke_person(&id("a"), now), Ok(0));
    assert!(!file.keys[0].was_taken(now));
    assert!(file.revoke_person(&id("c"), now).is_err());
    file.remove_person(&id("a")).unwrap();
    assert!(file.keys.is_empty() && file.people.len() == 1);
    assert_eq!(AccessFile::parse(&file.to_toml()), Ok(file));
}

#[test]
fn a_file_comes_back_as_it_was_written() {
    let read = AccessFile::parse(&file("")).unwrap();
    assert_eq!(AccessFile::parse(&read.to_toml()).unwrap(), read);
    assert_eq!(AccessFile::parse(" \n").unwrap(), AccessFile::default());
}

#[test]
fn a_token_is_taken_until_it_runs_out_or_is_revoked() {
    let mut read = AccessFile::parse(&file("")).unwrap();
    let validity = |read: &AccessFile, at| read.tokens[0].validity(instant(at));
    assert_eq!(validity(&read, "2026-12-31T23:59:59Z"), Validity::Valid);
    assert_eq!(validity(&read, "2027-01-01T00:00:00Z"), Validity::Expired);
    let id = TokenId::parse("t1").unwrap();
    read.revoke(&id, instant("2026-02-01T00:00:00Z")).unwrap();
    assert_eq!(validity(&read, "2026-01-15T00:00:00Z"), Validity::Revoked);
    read.revoke(&id, instant("2026-03-01T00:00:00Z")).unwrap();
    assert_eq!(
        read.tokens[0].revoked,
        Some(instant("2026-02-01T00:00:00Z"))
    );
    assert_eq!(AccessFile::parse(&read.to_toml()).unwrap(), read);
}

/// What stands after the file, from line 24 on, and the line of its mistake; HASH is another, TIMES `created`.
const MISTAKES: &[(&str, usize)] = &[
    ("[[person]]|id = 'x'|name = 7|organisation = 'desk'", 26),
    (
        "[[person]]|id = 'Dara Chan'|name = 'Dara'|organisation = 'desk'",
        25,
    ),
    (
        "[[person]]|id = 'sokha'|name = 'Dara'|organisation = 'desk'",
        25,
    ),
    (
        "[[person]]|id = 'dara'|name = \"Dara\\u0007\"|organisation = 'desk'",
        26,
    ),
    (
        "[[person]]|id = 'dara'|name = 'Dara'|organisation = 'none'",
        27,
    ),
    ("[[organisation]]|id = 'desk'|name = 'Dara'", 25),
    ("[[organisation]]|id = 'system'|name = 'Dara'", 25),
    ("[[organisation]]|id = 'Dara'|name = 'Dara'", 25),
    ("[[organisation]]|id = 'dara'|name = 'Dara'|phone = '1'", 27),
    (
        "[[token]]|id = 't1'|role = 'reader'|organisation = 'desk'|HASH|TIMES",
        25,
    ),
    (
        "[[token]]|id = 't2'|SAME|role = 'reader'|organisation = 'desk'|TIMES",
        26,
    ),
    (
        "[[token]]|id = 't2'|sha256 = 'Dara'|role = 'reader'|organisation = 'desk'|TIMES",
        26,
    ),
    (
        "[[token]]|id = 't2'|role = 'Dara'|HASH|organisation = 'desk'|TIMES",
        26,
    ),
    ("[[token]]|id = 't2'|role = 'reader'|HASH|TIMES", 24),
    (
        "[[token]]|id = 't2'|role = 'operator'|organisation = 'desk'|HASH|TIMES",
        24,
    ),
    (
        "[[token]]|id = 't2'|role = 'operator'|person = 'sokha'|HASH|TIMES",
        27,
    ),
    (
        "[[token]]|id = 't2'|role = 'desk'|organisation = 'other'|person = 'sokha'|HASH|TIMES",
        28,
    ),
    (
        "[[token]]|id = 't2'|role = 'desk'|organisation = 'desk'|created = 'Dara'|HASH",
        28,
    ),
    ("[[token|name = 'Dara'", 24),
    (
        "[[key]]|id = 'k2'|nkey = 'Dara'|organisation = 'desk'|TIMES",
        26,
    ),
    ("[[key]]|id = 'k2'|NKEY|organisation = 'none'|TIMES", 27),
    (
        "[[key]]|id = 'k2'|NKEY|organisation = 'other'|person = 'sokha'|TIMES",
        28,
    ),
    (
        "[[person]]|id = 'dara'|name = 'D'|organisation = 'desk'|habeas_DaraA1 = 'x'",
        28,
    ),
    ("[[habeas_DaraA1]]|id = 'x'", 24),
    (
        "[[login]]|issuer = 'http://dara'|subject = 's'|token = 't1'",
        25,
    ),
    (
        "[[login]]|issuer = 'https://id.example'|email = 'Dara'|token = 't1'",
        26,
    ),
    ("[[login]]|issuer = 'https://id.example'|token = 't1'", 24),
    (
        "[[login]]|issuer = 'https://id.example'|subject = 's'|email = 'a@b.c'|token = 't1'",
        24,
    ),
    (
        "[[login]]|issuer = 'https://id.example'|subject = 's'|token = 'dara'",
        27,
    ),
    (
        "[[token]]|id = 't2'|role = 'desk'|organisation = 'desk'|HASH|TIMES\
        |[[login]]|issuer = 'https://id.example'|subject = 's'|token = 't2'",
        33,
    ),
];

#[test]
fn a_mistake_is_told_by_its_line_and_without_the_files_words() {
    let other = format!("sha256 = '{}'", HASH.replace('0', "1"));
    for (more, line) in MISTAKES {
        let more = more
            .replace("HASH", &other)
            .replace("SAME", &format!("sha256 = '{HASH}'"))
            .replace("NKEY", &format!("nkey = '{NKEY}'"))
            .replace("TIMES", "created = '2026-01-01T00:00:00Z'")
            .replace('|', "\n");
        let mistake = AccessFile::parse(&file(&more)).unwrap_err();
        assert_eq!(mistake.line, *line, "{mistake} in {more}");
        let what = mistake.what.to_lowercase();
        assert!(!what.contains("dara") && !what.contains(HASH), "{mistake}");
    }
    assert_eq!(AccessFile::parse("format = 2").unwrap_err().line, 1);
    assert_eq!(AccessFile::parse("[[organisation]]").unwrap_err().line, 1);
}

#[test]
fn each_bound_is_a_refusal() {
    let organisations = |count: usize| {
        let each = (0..count).map(|n| format!("[[organisation]]\nid = \"o{n}\"\nname = \"n\"\n"));
        format!("format = 1\n{}", each.collect::<String>())
    };
    assert!(AccessFile::parse(&organisations(ORGANISATIONS_MAX)).is_ok());
    let mistake = AccessFile::parse(&organisations(ORGANISATIONS_MAX + 1)).unwrap_err();
    assert_eq!(mistake.line, 2 + 3 * ORGANISATIONS_MAX);
    let mut full = AccessFile::parse(&organisations(ORGANISATIONS_MAX)).unwrap();
    let added = full.add_organisation(org("more"), "More".to_owned());
    assert!(matches!(added, Err(EditError::Full { .. })), "{added:?}");

    let person = |n: usize| Person {
        id: PersonId::parse(&format!("p{n}")).unwrap(),
        name: "n".to_owned(),
        organisation: org("o1"),
    };
    full.people = (0..=PEOPLE_MAX).map(person).collect();
    assert!(AccessFile::parse(&full.to_toml()).is_err());
    full.people.pop();
    assert!(AccessFile::parse(&full.to_toml()).is_ok());
    let dara = PersonId::parse("dara").unwrap();
    let added = full.add_person(dara, "Dara".to_owned(), org("o1"));
    assert!(matches!(added, Err(EditError::Full { .. })), "{added:?}");

    full.tokens = (0..=TOKENS_MAX).map(|n| token(&n.to_string())).collect();
    assert!(AccessFile::parse(&full.to_toml()).is_err());
    full.tokens.pop();
    assert!(AccessFile::parse(&full.to_toml()).is_ok());
    let added = full.add_token(new_token("more", None));
    assert!(matches!(added, Err(EditError::Full { .. })), "{added:?}");

    let name = "n".repeat(NAME_CHARS_MAX + 1);
    let added = AccessFile::default().add_organisation(org("desk"), name);
    assert!(matches!(added, Err(EditError::Name(_))), "{added:?}");
    let long = " ".repeat(FILE_BYTES_MAX + 1);
    assert_eq!(AccessFile::parse(&long).unwrap_err().line, 1);
}

fn token(id: &str) -> Token {
    Token {
        id: TokenId::parse(id).unwrap(),
        sha256: TokenHash::of(id),
        role: Role::Operator,
        organisation: None,
        person: None,
        created: instant("2026-01-01T00:00:00Z"),
        expires: None,
        revoked: None,
    }
}

fn new_token(id: &str, expires: Option<&str>) -> NewToken {
    NewToken {
        id: TokenId::parse(id).unwrap(),
        secret: Secret::of_random(&[9; 32]),
        role: Role::Desk,
        organisation: Some(org("desk")),
        person: Some(PersonId::parse("sokha").unwrap()),
        created: instant("2026-01-01T00:00:00Z"),
        expires: expires.map(instant),
    }
}

#[test]
fn a_rotated_token_has_the_same_rights_and_lifetime_and_ends_the_old_one() {
    let mut read = AccessFile::parse(&file("")).unwrap();
    let now = instant("2026-07-01T00:00:00Z");
    let (old, new) = (TokenId::parse("t1").unwrap(), TokenId::parse("t2").unwrap());
    let secret = Secret::of_random(&[5; 32]);
    read.rotate(&old, (new.clone(), secret.clone()), now)
        .unwrap();
    let [before, after] = read.tokens.as_slice() else {
        panic!("two tokens")
    };
    assert_eq!(before.revoked, Some(now));
    assert_eq!(after.sha256, secret.hash());
    assert_eq!(after.expires, Some(instant("2027-07-01T00:00:00Z")));
    assert_eq!((after.role, &after.person), (before.role, &before.person));
    let again = read.rotate(&old, (new, Secret::of_random(&[6; 32])), now);
    assert!(matches!(again, Err(EditError::Ended { .. })), "{again:?}");
}

#[test]
fn what_does_not_fit_a_token_is_refused() {
    let mut read = AccessFile::parse(&file("")).unwrap();
    let with = |change: fn(&mut NewToken)| {
        let mut new = new_token("t9", Some("2026-02-01T00:00:00Z"));
        change(&mut new);
        new
    };
    let refused = [
        with(|new| new.organisation = None),
        with(|new| new.role = Role::Operator),
        with(|new| new.organisation = Some(org("other"))),
        with(|new| new.organisation = Some(org("none"))),
        with(|new| new.person = Some(PersonId::parse("nobody").unwrap())),
        with(|new| new.expires = Some(new.created)),
        with(|new| new.id = TokenId::parse("t1").unwrap()),
    ];
    for new in refused {
        assert!(read.add_token(new.clone()).is_err(), "{new:?}");
    }
    read.add_token(with(|_| ())).unwrap();
    assert_eq!(AccessFile::parse(&read.to_toml()).unwrap(), read);
}

#[test]
fn a_public_half_that_is_there_is_told_by_its_own_key_and_of_others_not_at_all() {
    let mut read = AccessFile::default();
    let key = |id: &str, org_of: &str| NewKey {
        id: TokenId::parse(id).unwrap(),
        nkey: Nkey::parse(NKEY).unwrap(),
        role: Role::Desk,
        organisation: org(org_of),
        person: None,
        created: instant("2026-01-01T00:00:00Z"),
        expires: None,
    };
    for one in ["desk", "other"] {
        read.add_organisation(org(one), one.to_owned()).unwrap();
    }
    read.add_key(key("k1", "desk")).unwrap();
    for (new, told) in [
        (
            key("k1", "other"),
            "key k1 is there, but each id stands for one",
        ),
        (
            key("k2", "desk"),
            "its public half is that of the key k1, but each key has its own",
        ),
        (
            key("k2", "other"),
            "its public half is that of a key of another organisation, but each key has its own",
        ),
    ] {
        assert_eq!(read.add_key(new).unwrap_err().to_string(), told);
    }
}

#[test]
fn a_login_goes_with_its_token_over_a_rotation_and_away_with_its_person() {
    let login = "[[login]]\nissuer = 'https://id.example'\nsubject = 's'\ntoken = 't1'\n\
        [[login]]\nissuer = 'https://id.example'\nemail = 'Sokha@a.example'\ntoken = 't1'\n";
    let mut read = AccessFile::parse(&file(login)).unwrap();
    assert_eq!(AccessFile::parse(&read.to_toml()).unwrap(), read);
    let same = format!(
        "{login}[[login]]\nissuer = 'https://id.example'\nemail = 'sokha@a.example'\ntoken = 't1'"
    );
    assert!(AccessFile::parse(&file(&same)).is_err());
    let (old, new) = (TokenId::parse("t1").unwrap(), TokenId::parse("t2").unwrap());
    let now = instant("2026-07-01T00:00:00Z");
    let secret = Secret::of_random(&[5; 32]);
    read.rotate(&old, (new.clone(), secret), now).unwrap();
    assert!(read.logins.iter().all(|login| login.token == new));
    read.remove_person(&PersonId::parse("sokha").unwrap())
        .unwrap();
    assert!(read.logins.is_empty());
}
