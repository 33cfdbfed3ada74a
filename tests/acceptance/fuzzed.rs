//! The corpus of the fuzzer, as ordinary tests: every input that it is begun with, and every one that broke something.
//!
//! Never here: looking for new ones (fuzz/Cargo.toml).

#[path = "../../fuzz/targets.rs"]
mod targets;

use crate::node::root;

/// What is fuzzed.
type Target = fn(&[u8]);

#[test]
fn every_input_of_the_corpus_is_taken_or_refused() {
    let all: [(&str, Target); 4] = [
        ("event_json", targets::event_json),
        ("edtf", targets::edtf),
        ("mapping", targets::mapping),
        ("sheet", targets::sheet),
    ];
    for (name, target) in all {
        let folder = root().join("fuzz/corpus").join(name);
        let mut count = 0;
        for entry in std::fs::read_dir(&folder).expect("a corpus") {
            let path = entry.expect("a file").path();
            let bytes = std::fs::read(&path).expect("a file");
            // The path stands above a panic in the output of the test.
            println!("{}", path.display());
            target(&bytes);
            // Cut and turned, it is another input.
            target(bytes.get(..bytes.len() / 2).unwrap_or_default());
            let turned: Vec<u8> = bytes.iter().rev().copied().collect();
            target(&turned);
            count += 1;
        }
        assert!(count >= 8, "{name} has {count} inputs");
        let code = root().join("fuzz/fuzz_targets").join(format!("{name}.rs"));
        assert!(code.exists(), "{} is no target", code.display());
    }
}
