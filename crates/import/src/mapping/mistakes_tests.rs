//! Mappings with several mistakes: each is told, and none hides another one.

use crate::testing::bound;

/// One mistake of a value hides no column that the file has not.
#[test]
fn what_can_be_read_is_held_against_the_file_all_the_same() {
    let mapping = "format = 2\norg = 'test'\nsource = '//t.example'\ntimezone = 'Asia/Nowhere'\nmode = 'stat'\n\
         [row]\nkey = ['on']\n[row.from]\nocurred = { column = 'dya' }\n[[event]]\nkind = 'arest'\n";
    let told = bound(mapping, "no,day\n1,2020-01-02\n");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 7, "{told}");
    assert!(lines[0].starts_with("mapping line 4: timezone"), "{told}");
    assert!(
        lines[1].starts_with("mapping line 5: \"mode\" must be"),
        "{told}"
    );
    assert!(
        lines[2].starts_with("mapping line 6: [row] recordedtime"),
        "{told}"
    );
}

/// A mistake of each sort, none of which hides another one.
#[test]
fn no_mistake_hides_another_one() {
    let mapping = "format = 2\norg = 'My Org!'\nsource = 'bad uri <>'\n\
         [row]\nkey = ['idd']\nrecordedtime = { text = 'yesterday' }\n\
         set = { visibility = 'pubic', verification = 3 }\n\
         [row.from]\noccured = { column = 'day', date = '%y' }\n\
         \"place.localty\" = { column = 'no', codes = 'nomap' }\n\
         [[row.person]]\nid_prefix = 'p-'\nidentity = 'rows'\n\
         names = [{ column = 'nam', script = 'Latin', kind = 'legl' }]\n\
         set = { sex = 'femal' }\nfrom = { sexx = { column = 'no' } }\n\
         [[event]]\nkind = 'arest'\nfrom = { mod = { text = 'raid' } }\n\
         [[event]]\nset = { mode = 7 }\n\
         [[event]]\nkind = 'arrest'\nset = { warrant_shown = 7 }\n";
    let told = bound(mapping, "no,day\n1,2020-01-02\n");
    for part in [
        "line 2: org \"My Org!\" is not",
        "line 3: source \"bad uri <>\" is no URI-reference",
        "line 5: a.csv has no column \"idd\"",
        "line 6: \"yesterday\" is no instant",
        "line 7: the constant visibility: \"pubic\" is no code",
        "line 7: the constant verification: found a number, expected a code of the list verification",
        "line 9: occured: no field is called \"occured\"; did you mean \"occurred\"?",
        "line 9: ",
        "line 10: place.localty: no field is called \"localty\" there; did you mean \"locality\"?",
        "line 10: codes \"nomap\" are named, but not given",
        "line 13: \"identity\" must be one of row, column, name; did you mean \"row\"?",
        "line 14: a.csv has no column \"nam\"",
        "line 14: script \"Latin\" is not four letters, e.g. Khmr",
        "line 14: \"kind\" must be one of legal, alias, transliteration; did you mean \"legal\"?",
        "line 15: the constant sex: \"femal\" is no code of the list sex",
        "line 16: sexx: no field is called \"sexx\" there; did you mean \"sex\"?",
        "line 18: no kind of event is called \"arest\"; did you mean \"arrest\"?",
        "line 19: mod: no field is called \"mod\"; did you mean \"mode\"?",
        "line 20: the key \"kind\" is missing",
        "line 24: the constant warrant_shown: found a number, expected yes, no,",
    ] {
        assert!(
            told.contains(&format!("mapping {part}")),
            "{part}\n---\n{told}"
        );
    }
    assert!(!told.contains('\u{1}'), "{told}");
}

/// A file whose encoding is not known is read all the same, so that its columns are looked for.
#[test]
fn an_encoding_that_is_none_hides_no_other_mistake() {
    let told = |label: &str| {
        let mapping = format!(
            "format = 2\norg = 'test'\nsource = '//t.example'\n[files]\nencoding = '{label}'\n\
             [row]\nkey = ['on']\nrecordedtime = {{ text = '2020-01-01T00:00:00Z' }}\n[[event]]\nkind = 'arest'\n"
        );
        bound(&mapping, "no,day\n1,2020-01-02\n")
    };
    for (label, near) in [
        ("windows-9999", "windows-"),
        ("utf8le", "utf-"),
        ("koi8r", "koi8-r"),
    ] {
        let text = told(label);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(
            lines[0].starts_with("mapping line 5: \"encoding\" must be the label of an encoding")
                && lines[0].contains(&format!("did you mean \"{near}")),
            "{text}"
        );
    }
    assert_eq!(told("Windows-1251").lines().count(), 2);
    assert!(
        crate::read::ENCODINGS
            .into_iter()
            .all(crate::read::is_encoding)
    );
}

/// The versions of a list are found in spite of a mistake, so that the columns which they have not are told beside it.
#[test]
fn mistakes_of_a_list_are_told_with_those_of_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("1.csv"), "no,day\n1,2020-01-02\n").unwrap();
    let told = |snapshots: &str| {
        let mapping = format!(
            "format = 1\norg = 'test'\nsource = '//t.example'\n[snapshots]\n{snapshots}\n\
             [row]\nkey = ['on']\nset = {{ visibility = 'public' }}\n[[event]]\nkind = 'arest'\n"
        );
        std::fs::write(at("m.toml"), mapping).unwrap();
        let job = crate::Job::new(crate::Inputs {
            mapping: at("m.toml"),
            ..crate::Inputs::default()
        });
        let job = job.unwrap();
        let times = job.snapshot_times().unwrap_err().to_string();
        assert_eq!(
            job.events(&mut |_, _| Ok(())).unwrap_err().to_string(),
            times
        );
        assert!(!times.contains('\u{1}'), "{times}");
        times
    };
    let versions = "versions = [{ file = '1.csv', recorded = '2020-01-03T00:00:00Z' }]";
    for (snapshots, parts) in [
        (
            format!("gone = 'lost'\n{versions}"),
            &["\"gone\" must be", "no column \"on\"", "arest"][..],
        ),
        (
            versions.to_owned(),
            &["\"gone\" is missing", "no column \"on\"", "arest"],
        ),
        (
            format!("gone = 'nothing'\nleast = 2\n{versions}"),
            &["least", "no column \"on\""],
        ),
        // Where no version can be found the others are told.
        (
            "gone = 'lost'\nversions = 7".to_owned(),
            &["\"gone\" must be", "\"versions\" must be"],
        ),
        (
            "gone = 'lost'\ngit = { repository = 'none', file = 'x.csv' }".to_owned(),
            &["\"gone\" must be"],
        ),
    ] {
        let told = told(&snapshots);
        for part in parts {
            assert!(told.contains(part), "{snapshots}: {part}\n{told}");
        }
    }
}
