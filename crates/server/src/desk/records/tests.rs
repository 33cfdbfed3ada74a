//! Files of records that somebody changed, that a crash left, and whose writing failed.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;

use archive::{Fate, Faults, Step};

use super::*;

const SORT: &str = "uses";

fn key(byte: u8) -> MasterKey {
    MasterKey::fresh(&[byte; 32])
}

fn open(folder: &Path) -> RecordsContent {
    Records::open(folder, SORT, Absence::Fault, key(1), Disk::default()).unwrap()
}

fn records(numbers: std::ops::RangeInclusive<u32>) -> Vec<Vec<u8>> {
    let text = numbers.map(|number| format!("record {number}").into_bytes());
    text.collect()
}

/// The lines of a file.
fn lines(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("uses.records")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn write(folder: &Path, lines: &[String]) {
    std::fs::write(folder.join("uses.records"), lines.join("\n")).unwrap();
}

/// Four records, written one by one.
fn four(folder: &Path) {
    let mut file = open(folder).file;
    for number in 1..=4 {
        file.append(&records(number..=number)).unwrap();
    }
}

/// What is found in a file of four records after `change`, and how many records are read.
fn found(change: impl FnOnce(&Path, Vec<String>)) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    four(folder.path());
    change(folder.path(), lines(folder.path()));
    let opened = open(folder.path());
    let faults = opened.faults.iter().map(ToString::to_string).collect();
    (faults, opened.records.len())
}

/// A change of a file's lines.
type Change = fn(&mut Vec<String>);

#[test]
fn what_is_not_as_it_was_left_is_told_and_the_rest_is_read() {
    let cases: [(Change, &[&str], usize); 10] = [
        (|_| {}, &[], 4),
        (
            |lines| drop(lines.remove(1)),
            &["1 records are missing before line 2"],
            3,
        ),
        (
            |lines| drop(lines.remove(0)),
            &["1 records are missing before line 1"],
            3,
        ),
        (
            |lines| lines.truncate(2),
            &["2 records are missing at the end"],
            2,
        ),
        (
            |lines| lines.clear(),
            &["4 records are missing at the end"],
            0,
        ),
        (
            |lines| lines.swap(1, 2),
            &[
                "1 records are missing before line 2",
                "line 3 stands where it was not put",
            ],
            4,
        ),
        (
            |lines| lines.push(lines[1].clone()),
            &["line 5 stands where it was not put"],
            5,
        ),
        (
            |lines| lines[2] = "AAAA".to_owned(),
            &[
                "line 3 does not open",
                "1 records are missing before line 4",
            ],
            3,
        ),
        (
            |lines| lines.insert(2, "not base64".to_owned()),
            &["line 3 does not open"],
            4,
        ),
        // What a crash leaves at the end.
        (|lines| lines.push("AAAA".to_owned()), &[], 4),
    ];
    for (change, faults, count) in cases {
        let told = found(|folder, mut lines| {
            change(&mut lines);
            write(folder, &lines);
        });
        assert_eq!(
            told,
            (faults.iter().map(ToString::to_string).collect(), count)
        );
    }
}

#[test]
fn a_file_put_back_older_or_of_another_chain_is_told() {
    let folder = tempfile::tempdir().unwrap();
    four(folder.path());
    let before = lines(folder.path());
    let head = std::fs::read(folder.path().join("uses.head")).unwrap();
    open(folder.path()).file.rewrite(&records(3..=4)).unwrap();
    assert!(open(folder.path()).faults.is_empty());
    let anew = lines(folder.path());
    write(folder.path(), &before);
    let told: Vec<_> = open(folder.path()).faults;
    let misplaced = |line| Fault::Misplaced { line };
    let missing = Fault::Missing {
        records: 2,
        line: None,
    };
    let all = [1, 2, 3, 4].map(misplaced).into_iter().chain([missing]);
    assert_eq!(told, all.collect::<Vec<_>>());
    // The head of before alone: as a crash leaves it that came before the head was written.
    write(folder.path(), &anew);
    std::fs::write(folder.path().join("uses.head"), &head).unwrap();
    let opened = open(folder.path());
    assert_eq!(
        (opened.faults.as_slice(), opened.records.len()),
        (&[][..], 2)
    );
    // Two chains from one beginning: a backup that was put back and gone on with.
    let put_back = || {
        write(folder.path(), &before);
        std::fs::write(folder.path().join("uses.head"), &head).unwrap();
        open(folder.path()).file
    };
    put_back().append(&records(8..=8)).unwrap();
    let of_one = lines(folder.path()).pop().unwrap();
    let mut file = put_back();
    file.append(&records(9..=9)).unwrap();
    file.append(&records(10..=10)).unwrap();
    let mut both = lines(folder.path());
    both[4] = of_one;
    write(folder.path(), &both);
    assert_eq!(open(folder.path()).faults, [misplaced(6)]);
}

#[test]
fn another_key_and_a_head_or_a_folder_that_is_gone_are_told() {
    let folder = tempfile::tempdir().unwrap();
    four(folder.path());
    let of =
        |key| Records::open(folder.path(), SORT, Absence::Fault, key, Disk::default()).unwrap();
    let other = of(key(2));
    assert_eq!((other.faults.len(), other.records.len()), (1 + 4, 0));
    std::fs::remove_file(folder.path().join("uses.head")).unwrap();
    let opened = open(folder.path());
    assert_eq!(
        (opened.faults, opened.records.len()),
        (vec![Fault::Headless], 4)
    );
    let (mut file, read) = {
        let opened = open(folder.path());
        (opened.file, opened.records)
    };
    file.rewrite(&read).unwrap();
    assert!(open(folder.path()).faults.is_empty());
    std::fs::remove_dir_all(folder.path()).unwrap();
    let known = MasterKey::new(&[1; 32]);
    assert_eq!(of(known).faults, [Fault::Headless]);
    assert!(of(key(1)).faults.is_empty(), "a key made just now");
}

#[test]
fn records_come_back_after_a_torn_line_and_name_nobody_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("desk");
    let mut file = open(&folder).file;
    let texts = ["sokha signed in", "dara exported"].map(|text| text.as_bytes().to_vec());
    file.append(&texts[..1]).unwrap();
    let head = std::fs::read(folder.join("uses.head")).unwrap();
    file.append(&texts[1..]).unwrap();
    let path = folder.join("uses.records");
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"sokha"));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A crash within the second, before the head was written.
    std::fs::write(&path, bytes.get(..bytes.len() - 7).unwrap()).unwrap();
    std::fs::write(folder.join("uses.head"), head).unwrap();
    let opened = open(&folder);
    assert_eq!(
        (opened.records.as_slice(), opened.faults.len()),
        (&texts[..1], 0)
    );
    let mut file = opened.file;
    assert!(file.is_torn());
    file.rewrite(&texts).unwrap();
    assert_eq!(open(&folder).records, texts);
}

/// Lets one step fail.
struct FailingStep {
    step: Mutex<usize>,
    fate: Fate,
}

impl Faults for FailingStep {
    fn fate(&self, _: Step, _: &Path) -> Fate {
        let mut step = self.step.lock().unwrap();
        let is_it = *step == 0;
        *step = step.wrapping_sub(1);
        if is_it { self.fate } else { Fate::Done }
    }
}

#[test]
fn a_step_that_fails_loses_nothing_that_was_reported_and_is_no_fault() {
    for step in 0..20 {
        for fate in [Fate::Lost, Fate::Kept] {
            let folder = tempfile::tempdir().unwrap();
            four(folder.path());
            let failing = FailingStep {
                step: Mutex::new(step),
                fate,
            };
            let disk = Disk::failing(std::sync::Arc::new(failing));
            let mut file = Records::open(folder.path(), SORT, Absence::Fault, key(1), disk)
                .unwrap()
                .file;
            let mut written = records(1..=4);
            for number in 5..=8 {
                let all = [written.as_slice(), &records(number..=number)].concat();
                let is_whole = |file: &mut Records| {
                    if number == 6 || file.is_torn() {
                        file.rewrite(&all)
                    } else {
                        file.append(&records(number..=number))
                    }
                };
                // As its user does: what failed is written again with the next.
                if is_whole(&mut file).is_ok() {
                    written = all;
                } else {
                    let opened = open(folder.path());
                    let is_there = written.iter().all(|one| opened.records.contains(one));
                    assert!(
                        is_there && opened.faults.is_empty(),
                        "{step} {fate:?} {:?}",
                        opened.faults
                    );
                    is_whole(&mut file).unwrap();
                    written = all;
                }
            }
            let opened = open(folder.path());
            assert!(
                opened.faults.is_empty(),
                "{step} {fate:?} {:?}",
                opened.faults
            );
            let mut read = opened.records;
            read.dedup();
            assert_eq!(read, written, "{step} {fate:?}");
        }
    }
}

#[test]
fn a_sort_that_came_later_than_the_key_may_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    for (absence, faults) in [(Absence::Fault, 1), (Absence::Allowed, 0)] {
        let key = MasterKey::new(&[1; 32]);
        let sort = if faults == 0 { "later" } else { SORT };
        let opened = Records::open(folder.path(), sort, absence, key, Disk::default()).unwrap();
        assert_eq!(opened.faults.len(), faults);
    }
    // Once it was there, half of it missing is a fault.
    std::fs::remove_file(folder.path().join("later.head")).unwrap();
    std::fs::write(folder.path().join("later.records"), "\n").unwrap();
    let key = MasterKey::new(&[1; 32]);
    let opened = Records::open(
        folder.path(),
        "later",
        Absence::Allowed,
        key,
        Disk::default(),
    );
    assert_eq!(opened.unwrap().faults.len(), 1);
}
