//! What is registered stays over a start, within its bounds.

use super::*;

fn webhook(id: &str, org: &str) -> Webhook {
    Webhook {
        id: id.to_owned(),
        org: OrgId::parse(org).unwrap(),
        token: "t1".to_owned(),
        url: "https://a.example/".to_owned(),
        filter: String::new(),
        secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        created: "2020-12-10T00:00:00Z".to_owned(),
        position: 0,
        failing: None,
        ended: None,
    }
}

fn letter(position: u64) -> DeadLetter {
    DeadLetter {
        position,
        tries: 3,
        why: "no connection".to_owned(),
        at: "2020-12-10T00:00:00Z".to_owned(),
        is_asked: false,
    }
}

fn open(data: &Path) -> Webhooks {
    Webhooks::open(data, MasterKey::new(&[1; 32])).unwrap()
}

#[test]
fn what_is_registered_given_up_and_asked_for_stays_over_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let webhooks = open(folder.path());
    for id in ["a", "b"] {
        webhooks.register(webhook(id, "alpha")).unwrap();
    }
    webhooks.advance("a", 7);
    webhooks.bury("a", letter(8)).unwrap();
    webhooks.bury("a", letter(9)).unwrap();
    assert!(webhooks.ask_again("a", 9).unwrap());
    assert!(!webhooks.ask_again("a", 7).unwrap());
    webhooks.end("b", End::Gone).unwrap();
    // Without `write`, as after a kill.
    let again = open(folder.path());
    assert_eq!(again.find("a").unwrap().position, 9);
    assert_eq!(again.find("b").unwrap().ended, Some(End::Gone));
    assert_eq!(again.next_asked("a").unwrap().position, 9);
    again.answer_again("a", 9, None).unwrap();
    again.remove("b").unwrap();
    let again = open(folder.path());
    assert_eq!(again.dead_letters("a"), [letter(8)]);
    assert_eq!(again.list(None).len(), 1);
}

#[test]
fn the_file_holds_no_text_of_a_webhook_and_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let webhooks = open(folder.path());
    webhooks.register(webhook("a", "alpha")).unwrap();
    let lines = u64::try_from(SPARE_LINES).unwrap();
    for position in 1..2 * lines {
        webhooks.advance("a", position);
        if position % 4 == 0 {
            webhooks.write().unwrap();
        }
    }
    for _ in 0..=SPARE_LINES {
        webhooks.note_failure(
            "a",
            Failing {
                position: 2 * lines,
                tries: 1,
                why: "no connection".to_owned(),
            },
        );
        webhooks.write().unwrap();
    }
    let text = std::fs::read_to_string(folder.path().join("desk/webhooks.records")).unwrap();
    assert!(text.lines().count() <= 2 * (SPARE_LINES + 4));
    for word in ["example", "whsec", "alpha"] {
        assert!(!text.contains(word), "{word}");
    }
    let again = open(folder.path()).find("a").unwrap();
    assert_eq!(again.position, 2 * lines - 1);
    assert_eq!(again.failing.unwrap().position, 2 * lines);
}

#[test]
fn as_many_webhooks_as_may_be_are_taken_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let webhooks = open(folder.path());
    for n in 0..WEBHOOKS_MAX {
        let org = format!("org-{}", n / OF_ORGANISATION_MAX);
        webhooks.register(webhook(&n.to_string(), &org)).unwrap();
    }
    let refused = webhooks.register(webhook("x", "org-0"));
    assert!(matches!(refused, Err(RegisterError::OfOrganisation)));
    let refused = webhooks.register(webhook("x", "org-x"));
    assert!(matches!(refused, Err(RegisterError::OfNode)));
    webhooks.remove("0").unwrap();
    webhooks.register(webhook("x", "org-x")).unwrap();
}

#[test]
fn a_webhook_stops_at_its_last_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let webhooks = open(folder.path());
    webhooks.register(webhook("a", "alpha")).unwrap();
    let most = u64::try_from(DEAD_LETTERS_MAX).unwrap();
    for position in 1..=most {
        assert_eq!(webhooks.find("a").unwrap().ended, None);
        webhooks.bury("a", letter(position)).unwrap();
    }
    assert_eq!(webhooks.find("a").unwrap().ended, Some(End::DeadLetters));
    assert_eq!(webhooks.dead_letters("a").len(), DEAD_LETTERS_MAX);
}
