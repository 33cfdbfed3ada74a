//! What is published and what is generated of it: the generated code is that of the files of `proto/`, which keep to
//! their numbers.
//!
//! Never here: their style, which `buf` lints (crate `tests`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};

/// What stands before generated code: the first line is the house's, the rest the generator's.
const HEAD: &str = "//! Generated from proto/habeas/v1: `HABEAS_PROTO=write cargo test --workspace --lib published`.\n\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn is_writing() -> bool {
    std::env::var_os("HABEAS_PROTO").is_some_and(|set| set == "write")
}

/// Returns what the files of `proto/habeas/v1` declare, with their comments.
fn compiled() -> FileDescriptorSet {
    let proto = root().join("proto");
    let folder = fs::read_dir(proto.join("habeas/v1")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    protox::compile(files, [proto]).unwrap()
}

fn generated(declared: &FileDescriptorSet) -> String {
    let folder = tempfile::tempdir().unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .bytes(".")
        .btree_map(".")
        .out_dir(folder.path())
        .compile_fds(declared.clone())
        .unwrap();
    HEAD.to_owned() + &fs::read_to_string(folder.path().join("habeas.v1.rs")).unwrap()
}

/// Returns what clients are told: without comments, which reflection does not need.
fn described(mut declared: FileDescriptorSet) -> Vec<u8> {
    for file in &mut declared.file {
        file.source_code_info = None;
    }
    declared.encode_to_vec()
}

#[test]
fn the_generated_code_is_that_of_the_published_services() {
    let declared = compiled();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let made = [
        ("generated.rs", generated(&declared).into_bytes()),
        ("descriptor.binpb", described(declared)),
    ];
    for (name, bytes) in made {
        let path = own.join(name);
        if is_writing() {
            let fallen = changes(
                &numbers(&fs::read(&path).unwrap_or_default()),
                &numbers(&bytes),
            );
            assert!(
                name != "descriptor.binpb" || fallen.is_empty(),
                "{fallen:#?}"
            );
            fs::write(&path, &bytes).unwrap();
        }
        assert!(
            fs::read(&path).is_ok_and(|stands| stands == bytes),
            "{name}: HABEAS_PROTO=write cargo test --workspace --lib published"
        );
    }
}

/// Each number of a message, an enum and a service, with what stands at it.
type Numbers = BTreeMap<(String, i32), String>;

/// Returns what clients of today go by; nothing of what is no descriptor.
fn numbers(descriptor: &[u8]) -> Numbers {
    let mut found = Numbers::new();
    for file in FileDescriptorSet::decode(descriptor)
        .unwrap_or_default()
        .file
    {
        for message in &file.message_type {
            numbers_of(message, message.name(), &mut found);
        }
        for of in &file.enum_type {
            for value in &of.value {
                found.insert(
                    (of.name().to_owned(), value.number()),
                    value.name().to_owned(),
                );
            }
        }
        for service in &file.service {
            for method in &service.method {
                // A method has no number: it is known by its name.
                let key = format!("{}/{}", service.name(), method.name());
                let streams = (method.client_streaming(), method.server_streaming());
                let said = format!(
                    "{} {} {streams:?}",
                    method.input_type(),
                    method.output_type()
                );
                found.insert((key, 0), said);
            }
        }
    }
    found
}

fn numbers_of(message: &DescriptorProto, name: &str, found: &mut Numbers) {
    for field in &message.field {
        let said = format!(
            "{} {:?} {:?} {} {:?}",
            field.name(),
            field.label(),
            field.r#type(),
            field.type_name(),
            field.oneof_index.map(|_| "oneof"),
        );
        found.insert((name.to_owned(), field.number()), said);
    }
    for nested in &message.nested_type {
        numbers_of(nested, &format!("{name}.{}", nested.name()), found);
    }
}

/// What a client of `before` would misread in `after`.
fn changes(before: &Numbers, after: &Numbers) -> Vec<String> {
    let fallen = before
        .iter()
        .filter(|(key, said)| after.get(key) != Some(said));
    fallen
        .map(|(key, said)| format!("{key:?} was {said}, and is {:?}", after.get(key)))
        .collect()
}

#[test]
fn a_published_number_never_means_anything_else() {
    let stands = numbers(super::DESCRIPTOR);
    let now = numbers(&described(compiled()));
    assert_eq!(changes(&stands, &now), [""; 0]);
    let key = ("Answer".to_owned(), 2);
    assert!(stands[&key].starts_with("position "), "{stands:#?}");
    let mut other = now.clone();
    other.insert(key.clone(), now[&("Answer".to_owned(), 3)].clone());
    assert_eq!(changes(&stands, &other).len(), 1, "a field of another name");
    other.remove(&key);
    assert_eq!(changes(&stands, &other).len(), 1, "a field that is gone");
    other.insert(("Answer".to_owned(), 99), "new".to_owned());
    assert_eq!(changes(&stands, &other).len(), 1, "a new field is none");
}
