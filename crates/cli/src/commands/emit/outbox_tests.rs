//! Outboxes whose disk and whose server fail at each step.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use archive::{Fate, Faults, Step};

use super::*;

/// A log that answers as a node does: an id that it has is a repeat; what has `"bad"` in it is rejected.
#[derive(Default)]
struct Log {
    ids: RefCell<Vec<String>>,
    asked: RefCell<usize>,
}

impl Log {
    fn take(&self, body: &[u8]) -> Vec<u8> {
        *self.asked.borrow_mut() += 1;
        let mut ids = self.ids.borrow_mut();
        let verdicts = body.split(|byte| *byte == b'\n').map(|line| {
            let id = Key::of(line).id.expect("an id");
            if String::from_utf8_lossy(line).contains("bad") {
                return json!({"id": id, "code": "E0203"});
            }
            let place = ids.iter().position(|one| *one == id);
            if place.is_none() {
                ids.push(id.clone());
            }
            let position = place.unwrap_or(ids.len() - 1) + 2;
            json!({"id": id, "position": position, "repeat": place.is_some()})
        });
        serde_json::to_vec(&verdicts.collect::<Vec<_>>()).expect("JSON")
    }
}

/// Fails one step.
struct OneFault(AtomicUsize, usize, Fate);

impl Faults for OneFault {
    fn fate(&self, _: Step, _: &Path) -> Fate {
        if self.0.fetch_add(1, Ordering::Relaxed) == self.1 {
            self.2
        } else {
            Fate::Done
        }
    }
}

fn disk(step: usize, fate: Fate) -> Disk {
    Disk::failing(Arc::new(OneFault(AtomicUsize::new(0), step, fate)))
}

fn away() -> Failure {
    Failure::Output(io::Error::other("the node is away"))
}

fn lines(numbers: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    let text: Vec<String> = numbers
        .map(|number| format!(r#"{{"source":"//a","n":{number}}}"#))
        .collect();
    identified(&Events::of(text.join("\n").as_bytes()).unwrap())
}

fn send(outbox: &Outbox, log: &Log) -> Result<Verdicts, Failure> {
    let mut verdicts = Verdicts::default();
    let post = |_: &str, body: &[u8]| Ok(Answer::of_body(log.take(body)));
    outbox.send(post, &mut verdicts).map(|_| verdicts)
}

fn ids(lines: &[Vec<u8>]) -> Vec<String> {
    lines
        .iter()
        .map(|line| Key::of(line).id.expect("an id"))
        .collect()
}

#[test]
fn an_id_follows_from_the_event_where_it_has_none() {
    let one = lines(0..3);
    assert_eq!(one, lines(0..3));
    assert_eq!(ids(&one).into_iter().collect::<BTreeSet<_>>().len(), 3);
    let own = "{\n\"id\" : \"x\",\r\n \"source\":\"//a\"}";
    let kept = identified(&Events::of(own.as_bytes()).unwrap());
    assert_eq!(kept[0], own.replace(['\n', '\r'], " ").into_bytes());
    assert!(ids(&kept) == ["x"]);
}

/// Whatever step of putting fails, lost or kept: what was put again is in the record once, in its order.
#[test]
fn a_failed_put_that_is_done_again_doubles_nothing() {
    let mut reached = 0;
    for fate in [Fate::Lost, Fate::Kept] {
        for step in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let log = Log::default();
            let failing = Outbox::open(folder.path(), disk(step, fate)).unwrap();
            let first = failing.put(lines(0..3));
            reached += usize::from(first.is_err());
            drop(failing);
            let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
            outbox.put(lines(0..3)).unwrap();
            outbox.put(lines(3..5)).unwrap();
            send(&outbox, &log).unwrap();
            assert_eq!(*log.ids.borrow(), ids(&lines(0..5)), "{fate:?} {step}");
            assert_eq!(outbox.content().unwrap(), Content::default());
        }
    }
    assert!(reached >= 6, "{reached}");
}

/// Whatever step of sending fails, and whether the node was reached: sent again, all is in the record once.
#[test]
fn a_failed_send_that_is_done_again_loses_and_doubles_nothing() {
    let bad = || identified(&Events::of(br#"{"source":"//a","n":"bad"}"#).unwrap());
    for fate in [Fate::Lost, Fate::Kept] {
        for step in 0..12 {
            let folder = tempfile::tempdir().unwrap();
            let log = Log::default();
            let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
            outbox.put(lines(0..2)).unwrap();
            outbox.put(bad()).unwrap();
            outbox.put(lines(2..4)).unwrap();
            // The answer is lost, though the node took all.
            let post = |_: &str, body: &[u8]| {
                log.take(body);
                Err(away())
            };
            assert!(outbox.send(post, &mut Verdicts::default()).is_err());
            assert_eq!(outbox.content().unwrap().entries, 3);
            drop(outbox);
            let failing = Outbox::open(folder.path(), disk(step, fate)).unwrap();
            let _failed = send(&failing, &log);
            drop(failing);
            let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
            send(&outbox, &log).unwrap();
            assert_eq!(*log.ids.borrow(), ids(&lines(0..4)), "{fate:?} {step}");
            assert_eq!(outbox.content().unwrap(), Content::default());
            let kept = outbox.numbers("rejected").unwrap();
            assert!(!kept.is_empty(), "{fate:?} {step}");
            for number in kept {
                let path = folder.path().join("rejected").join(name(number));
                let text = fs::read_to_string(path).unwrap();
                assert!(text.contains("E0203") && text.lines().count() == 1);
            }
        }
    }
}

#[test]
fn entries_go_together_and_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
    for number in 0..5 {
        outbox.put(lines(number..number + 1)).unwrap();
    }
    send(&outbox, &log).unwrap();
    assert_eq!(
        (*log.asked.borrow(), log.ids.borrow().clone()),
        (1, ids(&lines(0..5)))
    );
    assert!(send(&outbox, &log).unwrap().is_empty());
}

#[test]
fn a_second_process_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Outbox::open(folder.path(), Disk::default()).unwrap();
    std::thread::scope(|scope| {
        let put = scope.spawn(|| Outbox::open(folder.path(), Disk::default())?.put(lines(1..2)));
        first.put(lines(0..1)).unwrap();
        drop(first);
        put.join().unwrap().unwrap();
    });
    let log = Log::default();
    let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
    send(&outbox, &log).unwrap();
    assert_eq!(*log.ids.borrow(), ids(&lines(0..2)));
}

#[test]
fn a_full_outbox_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path(), Disk::default()).unwrap();
    // A hole takes no room on disk.
    let file = File::create(outbox.entry(1)).unwrap();
    let room = u64::try_from(lines(0..1)[0].len()).unwrap();
    file.set_len(OUTBOX_BYTES_MAX - room).unwrap();
    outbox.put(lines(0..1)).unwrap();
    assert!(matches!(
        outbox.put(lines(1..2)),
        Err(Failure::Usage { .. })
    ));
    assert_eq!(outbox.content().unwrap().entries, 2);
    file.set_len(0).unwrap();
    for number in 3..=u64::try_from(OUTBOX_ENTRIES_MAX).unwrap() {
        File::create(outbox.entry(number)).unwrap();
    }
    assert!(matches!(
        outbox.put(lines(1..2)),
        Err(Failure::Usage { .. })
    ));
}
