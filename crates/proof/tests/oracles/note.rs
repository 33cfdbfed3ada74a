//! Keys, notes and checkpoints are read, written and judged as `signed_note` and `tlog_tiles` do.

use proof::{Checkpoint, Hash, Note, Role, Signer, Verifier};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

fn names() -> impl Strategy<Value = String> {
    "[a-z0-9./\u{1780}-\u{17A2}-]{1,20}"
}

fn texts() -> impl Strategy<Value = String> {
    "([ -~\u{1780}-\u{17A2}\u{2014}]{0,12}\n){1,6}"
}

/// Returns a signed note in both forms, and the key.
fn signed(name: &str, seed: [u8; 32], text: &str) -> (Note, signed_note::Note, Verifier) {
    let key = Signer::new(name, Role::Log, &seed).unwrap();
    let mut ours = Note::new(text).unwrap();
    ours.sign(&key).unwrap();
    let theirs = StandardSigner::new(&key.secret()).unwrap();
    let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&theirs]).unwrap();
    (ours, note, key.verifier().clone())
}

fn theirs_holds(note: &[u8], key: &Verifier) -> bool {
    let verifier = StandardVerifier::new(&key.to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    signed_note::Note::from_bytes(note).is_ok_and(|note| {
        note.verify(&known)
            .is_ok_and(|(verified, _)| !verified.is_empty())
    })
}

fn ours_holds(note: &[u8], key: &Verifier) -> bool {
    Note::parse(note).is_ok_and(|note| note.check(&[key]).is_ok())
}

proptest! {
    #[test]
    fn notes_are_signed_as_others_sign_them(
        name in names(),
        seed in any::<[u8; 32]>(),
        text in texts(),
    ) {
        let (ours, theirs, key) = signed(&name, seed, &text);
        prop_assert_eq!(ours.to_string().into_bytes(), theirs.to_bytes());
        prop_assert!(theirs_holds(ours.to_string().as_bytes(), &key));
        prop_assert!(ours_holds(&theirs.to_bytes(), &key));
    }

    /// What we take, they take: ours is the stricter reader, never the looser one.
    #[test]
    fn a_changed_note_is_refused(
        seed in any::<[u8; 32]>(),
        text in texts(),
        at in any::<prop::sample::Index>(),
        change in 0..4_u8,
        byte in any::<u8>(),
    ) {
        let (ours, _, key) = signed("log.example", seed, &text);
        let whole = ours.to_string().into_bytes();
        let mut changed = whole.clone();
        let at = at.index(changed.len());
        match change {
            0 => changed[at] = byte,
            1 => changed.insert(at, byte),
            2 => { changed.remove(at); }
            _ => changed.truncate(at),
        }
        let holds = ours_holds(&changed, &key);
        prop_assert_eq!(holds, changed == whole);
        prop_assert!(!holds || theirs_holds(&changed, &key));
    }

    #[test]
    fn checkpoints_are_read_as_others_read_them(
        origin in names(),
        size in any::<u64>(),
        root in any::<[u8; 32]>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let ours = Checkpoint { origin, size, root: Hash::new(root) };
        let text = ours.to_string();
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        prop_assert_eq!(theirs.origin(), &ours.origin);
        prop_assert_eq!(theirs.size(), ours.size);
        prop_assert_eq!(theirs.hash().0, *ours.root.as_bytes());
        prop_assert_eq!(text.parse(), Ok(ours));
        let mut changed = text.into_bytes();
        let at = at.index(changed.len());
        changed[at] = byte;
        if let Some(taken) = str::from_utf8(&changed).ok().and_then(|text| text.parse::<Checkpoint>().ok()) {
            let theirs = tlog_tiles::Checkpoint::from_bytes(&changed).unwrap();
            prop_assert_eq!(theirs.hash().0, *taken.root.as_bytes());
        }
    }
}
