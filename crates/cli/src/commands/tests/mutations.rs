//! The table of mutations: what was done to an export, and what `habeas verify` says of it.
//!
//! Each must end with exit status 3 and name the first bad index, or the reason.

use audit::fixture::{self, Files, ORIGIN};
use proof::{Checkpoint, Note, Role};

use super::super::testing::{habeas, write_files};

/// What is verified.
#[derive(Clone, Copy)]
enum How {
    /// The file of events, with the checkpoint.
    File,
    /// The file, with tiles that are as they were.
    Tiles,
    /// The folder.
    Folder,
    /// The folder without its file of events.
    Bundles,
}

use How::{Bundles, File, Folder, Tiles};

type Change = fn(&mut Files);

fn lines(files: &mut Files, change: fn(&mut Vec<Vec<u8>>)) {
    let bytes = files.get_mut("events.jsonl").unwrap();
    let mut lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    change(&mut lines);
    *bytes = lines.concat();
}

fn text(files: &mut Files, path: &str, from: &str, to: &str) {
    let bytes = files.get_mut(path).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    *bytes = text.replacen(from, to, 1).into_bytes();
}

fn flip(files: &mut Files, path: &str, at: usize) {
    let bytes = files.get_mut(path).unwrap();
    bytes[at] ^= 1;
}

/// Signs another checkpoint in place of the right one.
fn resign(files: &mut Files, change: fn(&mut Checkpoint)) {
    let note = Note::parse(&files["checkpoint"]).unwrap();
    let mut checkpoint: Checkpoint = note.text().parse().unwrap();
    change(&mut checkpoint);
    let note = fixture::signed(&checkpoint).to_string();
    files.insert("checkpoint".into(), note.into_bytes());
}

/// Signs the right checkpoint with one of the log's keys.
fn by(files: &mut Files, key: usize) {
    let note = Note::parse(&files["checkpoint"]).unwrap();
    let note = fixture::signed_by(&note.text().parse().unwrap(), &fixture::log_keys()[key]);
    files.insert("checkpoint".into(), note.to_string().into_bytes());
}

/// Keeps only some signature lines.
fn signatures(files: &mut Files, keep: &[usize]) {
    let note = Note::parse(&files["checkpoint"]).unwrap();
    let mut kept = Note::new(note.text()).unwrap();
    for at in keep {
        kept.add(note.lines()[*at].clone());
    }
    files.insert("checkpoint".into(), kept.to_string().into_bytes());
}

/// Changes one bit of a signature.
fn forge(files: &mut Files, at: usize) {
    let note = Note::parse(&files["checkpoint"]).unwrap();
    let mut forged = Note::new(note.text()).unwrap();
    for (place, line) in note.lines().iter().enumerate() {
        let mut line = line.clone();
        line.signature[20] ^= u8::from(place == at);
        forged.add(line);
    }
    files.insert("checkpoint".into(), forged.to_string().into_bytes());
}

#[rustfmt::skip] // A table is read line by line.
const TABLE: &[(How, &str, Change, &str)] = &[
    // Lines, with tiles that lead to the signed root: the first index is named exactly.
    (Tiles, "a byte of the first entry flipped", |f| lines(f, |l| l[0][40] ^= 1), "index 0 "),
    (Tiles, "a byte of an entry flipped", |f| lines(f, |l| l[17][30] ^= 1), "index 17 "),
    (Tiles, "a byte of the last entry flipped", |f| lines(f, |l| l[599][30] ^= 1), "index 599 "),
    (Tiles, "the first line dropped", |f| lines(f, |l| { l.remove(0); }), "index 0 "),
    (Tiles, "a line dropped", |f| lines(f, |l| { l.remove(255); }), "index 255 "),
    (Tiles, "the last line dropped", |f| lines(f, |l| { l.pop(); }), "index 599 is missing"),
    (Tiles, "two neighbours swapped", |f| lines(f, |l| l.swap(256, 257)), "index 256 "),
    (Tiles, "two far lines swapped", |f| lines(f, |l| l.swap(100, 500)), "index 100 "),
    (Tiles, "a line inserted at the beginning", |f| lines(f, |l| l.insert(0, b"{}\n".to_vec())), "index 0 "),
    (Tiles, "a line inserted", |f| lines(f, |l| l.insert(400, b"{}\n".to_vec())), "index 400 "),
    (Tiles, "an empty line inserted", |f| lines(f, |l| l.insert(401, b"\n".to_vec())), "index 401 "),
    (Tiles, "a line duplicated", |f| lines(f, |l| { let d = l[20].clone(); l.insert(20, d); }), "index 21 "),
    (Tiles, "a line cut short", |f| lines(f, |l| l[30] = b"{\"receivedtime\":\n".to_vec()), "index 30 "),
    (Tiles, "a line feed taken out, two lines joined", |f| lines(f, |l| { l[31].pop(); }), "index 31 "),
    (Tiles, "a space added to a line", |f| lines(f, |l| l[32].insert(1, b' ')), "index 32 "),
    (Tiles, "the fields of an entry in another order", |f| lines(f, |l| l[33] = b"{\"n\":33,\"receivedtime\":\"2020-12-10T00:00:00Z\"}\n".to_vec()), "index 33 "),
    (Tiles, "a byte order mark", |f| lines(f, |l| { l[0].splice(0..0, *b"\xEF\xBB\xBF"); }), "byte order mark"),
    (Tiles, "CR LF in every line", |f| lines(f, |l| l.iter_mut().for_each(|l| { let at = l.len() - 1; l.insert(at, b'\r'); })), "CR LF"),
    (Tiles, "CR LF in one line", |f| lines(f, |l| { let at = l[40].len() - 1; l[40].insert(at, b'\r'); }), "index 40 "),
    (Tiles, "the file cut in the middle of a line", |f| { let b = f.get_mut("events.jsonl").unwrap(); let n = b.len(); b.truncate(n - 5); }, "index 599 "),
    (Tiles, "the file cut to nothing", |f| { f.get_mut("events.jsonl").unwrap().clear(); }, "index 0 is missing"),
    (Tiles, "$leaf decoded to something else", |f| text(f, "events.jsonl", "{\"$leaf\":\"bm9", "{\"$leaf\":\"bn9"), "index 7 "),
    (Tiles, "$leaf in another spelling", |f| text(f, "events.jsonl", "{\"$leaf\":\"", "{\"$leaf\": \""), "index 7 "),
    (Tiles, "$leaf where none is needed", |f| lines(f, |l| l[8] = b"{\"$leaf\":\"e30=\"}\n".to_vec()), "index 8 "),
    (Tiles, "an entry that pretends to be withheld", |f| lines(f, |l| l[9] = format!("{{\"$withheld\":{{\"hash\":\"{}\",\"by\":\"e\"}}}}\n", proof::empty_root()).into_bytes()), "index 9 "),
    (Tiles, "a mark that nobody knows", |f| lines(f, |l| l[10] = b"{\"$else\":1}\n".to_vec()), "index 10 "),
    // Lines, without tiles: between two anchors.
    (File, "a byte flipped before the first anchor", |f| lines(f, |l| l[17][30] ^= 1), "from 0 to 299"),
    (File, "a byte flipped between anchors", |f| lines(f, |l| l[310][30] ^= 1), "from 300 to 449"),
    (File, "a byte flipped after the last anchor", |f| lines(f, |l| l[460][30] ^= 1), "from 450 to 599"),
    (File, "an anchor dropped", |f| lines(f, |l| { l.remove(300); }), "from 0 to 449"),
    (File, "an anchor forged", |f| lines(f, |l| l[300][250] ^= 1), "from 0 to 449"),
    (File, "a line dropped, another inserted elsewhere", |f| lines(f, |l| { let d = l.remove(320); l.insert(330, d); }), "from 300 to 449"),
    (File, "the last line dropped", |f| lines(f, |l| { l.pop(); }), "index 599 is missing"),
    (File, "the last line duplicated", |f| lines(f, |l| { let d = l[599].clone(); l.push(d); }), "from index 600 on"),
    (File, "a line appended", |f| lines(f, |l| l.push(b"{}\n".to_vec())), "from index 600 on"),
    (File, "a byte order mark", |f| lines(f, |l| { l[0].splice(0..0, *b"\xEF\xBB\xBF"); }), "byte order mark"),
    (File, "no line feed at the end", |f| { f.get_mut("events.jsonl").unwrap().pop(); }, "index 599 "),
    // The checkpoint.
    (File, "the size raised", |f| text(f, "checkpoint", "\n600\n", "\n601\n"), "signature"),
    (File, "the size with a leading zero", |f| text(f, "checkpoint", "\n600\n", "\n0600\n"), "line 2"),
    (File, "another root", |f| resign(f, |c| c.root = proof::empty_root()), "from 450 to 599"),
    (File, "a smaller size, signed by the log itself", |f| resign(f, |c| c.size = 599), "from 450 to 598"),
    (File, "a larger size, signed by the log itself", |f| resign(f, |c| c.size = 700), "index 600 is missing"),
    (File, "another origin, signed by nobody known", |f| text(f, "checkpoint", ORIGIN, "other.example"), "does not list"),
    (File, "signed by the key that is retired", |f| by(f, 0), "retired or not due yet"),
    (Folder, "signed by the key that is retired", |f| by(f, 0), "retired or not due yet"),
    (Bundles, "signed by the key that is retired", |f| by(f, 0), "retired or not due yet"),
    (Tiles, "the entry that names the second key dropped", |f| lines(f, |l| { l.remove(350); }), "index 350 "),
    (File, "a byte of the succession flipped", |f| lines(f, |l| l[350][400] ^= 1), "from 300 to 449"),
    (File, "an extension line", |f| text(f, "checkpoint", "\n\n", "\nextension\n\n"), "line 4"),
    (File, "the log's signature taken away", |f| signatures(f, &[1, 2]), "no known key"),
    (File, "one witness too few", |f| signatures(f, &[0, 1]), "too few witnesses"),
    (File, "a signature of the log changed", |f| forge(f, 0), "log.example/kh/2026a is not a signature"),
    (File, "a signature of a witness changed", |f| forge(f, 2), "w2.example is not a signature"),
    (File, "a hyphen for the dash", |f| text(f, "checkpoint", "\u{2014} w1", "- w1"), "does not match"),
    (File, "CR LF in the checkpoint", |f| { let t = String::from_utf8(f["checkpoint"].clone()).unwrap(); f.insert("checkpoint".into(), t.replace('\n', "\r\n").into()); }, "does not match"),
    (File, "an empty checkpoint", |f| { f.insert("checkpoint".into(), Vec::new()); }, "does not match"),
    // The folder: tiles and bundles too.
    (Folder, "a byte of a lowest tile flipped", |f| flip(f, "tile/0/001", 40), "index 257 "),
    (Folder, "a byte of a partial tile flipped", |f| flip(f, "tile/0/002.p/88", 0), "index 512 "),
    (Folder, "a byte of an upper tile flipped", |f| flip(f, "tile/1/000.p/2", 3), "tile/1/000.p/2"),
    (Folder, "a tile cut short", |f| { f.get_mut("tile/0/000").unwrap().pop(); }, "tile/0/000 "),
    (Folder, "a tile missing", |f| { f.remove("tile/0/001"); }, "tile/0/001 is missing"),
    (Folder, "a partial tile missing", |f| { f.remove("tile/0/002.p/88"); }, "tile/0/002.p/88 is missing"),
    (Folder, "a bundle missing", |f| { f.remove("tile/entries/001"); }, "index 256 is missing"),
    (Folder, "a byte of a bundle flipped", |f| flip(f, "tile/entries/001", 20), "index 256 "),
    (Folder, "a length in a bundle changed", |f| flip(f, "tile/entries/000", 1), "tile/entries/000"),
    (Folder, "an event changed, bundles as they were", |f| lines(f, |l| l[100][30] ^= 1), "index 100 "),
    (Bundles, "a byte of a bundle flipped", |f| flip(f, "tile/entries/002.p/88", 20), "index 512 "),
    (Bundles, "the checkpoint missing", |f| { f.remove("checkpoint"); }, "no checkpoint"),
];

#[test]
fn no_mutation_of_an_export_passes() {
    let whole = fixture::files();
    assert!(TABLE.len() >= 40);
    for (how, what, change, reason) in TABLE {
        let mut files = whole.clone();
        change(&mut files);
        assert_ne!(files, whole, "{what} changes nothing");
        let left = verified(*how, &whole, &files);
        assert_eq!((left.0, left.1.as_str()), (3, ""), "{what}: {}", left.2);
        assert!(
            left.2.contains(reason),
            "{what}: {} has no {reason:?}",
            left.2
        );
    }
}

/// Returns the exit status, what was written and what was said.
fn verified(how: How, whole: &Files, files: &Files) -> (u8, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut held = files.clone();
    if matches!(how, Bundles) {
        held.remove("events.jsonl");
    }
    write_files(&folder.path().join("held"), &held);
    write_files(&folder.path().join("whole"), whole);
    let (checkpoint, policy) = (path("held/checkpoint"), path("whole/policy"));
    let (events, held, tiles) = (path("held/events.jsonl"), path("held"), path("whole"));
    let mut args = vec!["verify", "--policy", &policy];
    match how {
        File => args.extend([events.as_str(), "--checkpoint", &checkpoint]),
        Tiles => args.extend([
            events.as_str(),
            "--checkpoint",
            &checkpoint,
            "--tiles",
            &tiles,
        ]),
        Folder | Bundles => args.push(&held),
    }
    let left = habeas("http://127.0.0.1:1", &args, "", None);
    (left.status, left.out, left.err)
}

#[test]
fn the_export_as_it_was_passes() {
    let whole = fixture::files();
    for how in [File, Tiles, Folder, Bundles] {
        let (status, out, err) = verified(how, &whole, &whole);
        assert_eq!((status, err.as_str()), (0, ""), "{out}");
        assert!(out.contains("\"verified\":\"history\""), "{out}");
        assert!(
            out.contains("\"size\":600") && out.contains("\"anchors\":2"),
            "{out}"
        );
        assert!(
            out.contains("{\"witness\":\"w1\",\"time\":\"2020-12-10T00:00:00Z\"}"),
            "{out}"
        );
    }
}

#[test]
fn hashes_alone_are_said_to_be_hashes() {
    let whole = fixture::files();
    let mut files = whole.clone();
    files.retain(|path, _| !path.starts_with("tile/entries") && path != "events.jsonl");
    let (status, out, err) = verified(Folder, &whole, &files);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("\"verified\":\"hashes\""), "{out}");
    flip(&mut files, "tile/0/000", 8);
    let (status, _, err) = verified(Folder, &whole, &files);
    assert_eq!(status, 3);
    assert!(err.contains("the tiles lead to the root"), "{err}");
}

#[test]
fn a_policy_that_is_none_is_the_callers_fault() {
    let whole = fixture::files();
    let mut files = whole.clone();
    files.insert("policy".into(), b"quorum two\n".to_vec());
    let (status, _, err) = verified(File, &files, &whole);
    assert_eq!(status, 2);
    assert!(err.contains("line 1 of the policy"), "{err}");
    let other = fixture::key("other.example", Role::Log);
    let text = format!("log {}\nquorum none\n", other.verifier());
    files.insert("policy".into(), text.into_bytes());
    assert_eq!(verified(File, &files, &whole).0, 3);
}
