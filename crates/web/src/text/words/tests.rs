//! The catalogues, held against each other and against what pages use.
//!
//! Never here: what pages look like.

use super::*;

fn built_in() -> Catalogues {
    Catalogues::load(None).unwrap()
}

#[test]
fn every_language_says_everything() {
    let parse = |text: &str| toml::from_str::<File>(text).unwrap();
    let files: Vec<File> = BUILT_IN.iter().map(|text| parse(text)).collect();
    let keys = |file: &File| file.words.keys().cloned().collect::<Vec<_>>();
    for file in &files {
        assert_eq!(keys(file), keys(&files[0]), "{}", file.language.code);
        assert_eq!(file.language.months.len(), 12);
        assert_eq!(file.language.months_short.len(), 12);
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let below = entries.map(|entry| entry.unwrap().path()).map(|path| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![path]
        }
    });
    below.flatten().collect()
}

/// A key that is used and stands in no catalogue would show as itself.
#[test]
fn every_key_that_is_used_is_in_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = built_in();
    let english = words.get("en").unwrap();
    let mut used = 0;
    let folders = [
        "templates",
        "src",
        "../server/templates",
        "../server/src/page",
    ];
    for path in folders
        .iter()
        .flat_map(|folder| files_below(&root.join(folder)))
    {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for call in [".t(\"", ".fill(\"", ".count(\"", ".html(\""] {
            for key in text
                .split(call)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                if key.contains('.') && !key.contains('{') && !key.starts_with("test.") {
                    used += 1;
                    assert!(english.has(key), "{} uses {key}", path.display());
                }
            }
        }
    }
    assert!(used > 50, "only {used} keys were found");
}

/// A dimension or filter that is added to the grammar needs a name.
#[test]
fn every_dimension_and_reason_has_a_name() {
    let words = built_in();
    let english = words.get("en").unwrap();
    let names = figures::Dimension::ALL.iter().map(|(name, _)| *name);
    for name in names.chain(crate::address::FILTERS.iter().copied()) {
        assert!(english.has(&format!("dimension.{name}")), "{name}");
    }
    for key in [
        "no_effect.target_absent",
        "no_effect.not_allowed",
        "no_effect.circle",
        "no_effect.too_deep",
        "no_effect.retracted",
        "no_effect.refuted",
        "no_effect.target_retracted",
        "no_effect.touches_identity",
        "no_effect.fails_check",
        "because.better_verified",
        "because.later_recorded",
        "because.greater_key",
    ] {
        assert!(english.has(key), "{key}");
    }
    let reason = serde_json::to_value(answers::Reason::RecordedLate).unwrap();
    assert!(english.has(&format!("reason.{}", reason.as_str().unwrap())));
}

#[test]
fn numbers_and_days_are_written_as_the_language_does() {
    let words = built_in();
    let english = words.get("en").unwrap();
    assert_eq!(english.number(1_234_567), "1,234,567");
    assert_eq!(english.number(12), "12");
    let day = Day::parse("2020-09-07").unwrap();
    assert_eq!(english.day(day), "7 September 2020");
    assert_eq!(english.period("2020-Q3"), "Q3 2020");
    assert_eq!(words.get("km").unwrap().day(day), "ថ្ងៃទី7 ខែកញ្ញា ឆ្នាំ2020");
}

#[test]
fn a_third_language_is_a_file() {
    let mut words = built_in();
    let persian = r#"
        [language]
        code = "fa"
        name = "فارسی"
        direction = "rtl"
        digits = "۰۱۲۳۴۵۶۷۸۹"
        thousands = "٬"
        [words]
        "nav.held" = "در بازداشت"
        [labels.kind]
        arrest = "بازداشت"
    "#;
    words.add("fa.toml", persian).unwrap();
    let persian = words.get("fa").unwrap();
    assert_eq!(persian.number(1_234), "۱٬۲۳۴");
    assert_eq!(persian.t("nav.held"), "در بازداشت");
    assert_eq!(persian.label("kind", "arrest"), "بازداشت");
    assert_eq!(persian.label("kind", "release"), "Release");
    assert_eq!(
        persian.t("nav.cases"),
        built_in().get("en").unwrap().t("nav.cases")
    );
    for (accepted, code) in [
        (&[("de", 1_000), ("fa-IR", 800), ("km", 300)][..], "fa"),
        (&[("fa", 0), ("KM", 1)][..], "km"),
        (&[("fr", 1_000)][..], "en"),
        (&[][..], "en"),
    ] {
        let accepted: Vec<_> = accepted
            .iter()
            .map(|(tag, n)| ((*tag).to_owned(), *n))
            .collect();
        assert_eq!(words.negotiate(&accepted).unwrap().language.code, code);
    }
    for (tag, code) in [("KM", Some("km")), ("km-KH", Some("km")), ("fr", None)] {
        let found = words.look_up(tag).map(|words| words.language.code.as_str());
        assert_eq!(found, code, "{tag}");
    }
}

#[test]
fn what_is_filled_in_is_never_read_again() {
    assert_eq!(
        fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]),
        "{b} and 2"
    );
    assert_eq!(fill("{x} {", &[]), "{x} {");
}
