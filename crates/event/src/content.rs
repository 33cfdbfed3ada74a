//! Content: what makes two events of one key the same, however it was spelt.
//!
//! Start at [`hash`]. Equal are `type`, `subject`, `time` as an instant, and `data`: numbers by their
//! exact decimal value, keys in any order, a member that is `null` as absent, and `confidential`
//! blocks left out. Inside `patch` a `null` deletes, and in a list it is an item: there it stays.
//! Source: docs/reference/events.md, Envelope, Key.
//!
//! Never here: which of two events came first.

use smol_str::SmolStr;

use crate::ids::digest;
use crate::json::{sorted_by_name, write_list, write_object, write_text};
use crate::{CaseId, ContentHash, Instant, Json};

/// Where a value stands in `data`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where an object's member that is `null` is absent.
    Fields,
    /// Inside `patch` or a list, where a `null` says something.
    Verbatim,
    /// The list of persons.
    Persons,
    /// A person, whose `confidential` block is left out.
    Person,
}

/// Hashes the content of an event.
pub(crate) fn hash(
    type_text: &str,
    subject: Option<&CaseId>,
    time: Option<Instant>,
    data: &Json,
) -> ContentHash {
    let subject = subject.map_or("", CaseId::as_str);
    let time = time.map(|time| time.to_string()).unwrap_or_default();
    let mut text = String::with_capacity(512);
    write(data, Place::Fields, &mut text);
    ContentHash(digest(&[
        type_text.as_bytes(),
        subject.as_bytes(),
        time.as_bytes(),
        text.as_bytes(),
    ]))
}

fn write(value: &Json, place: Place, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => number.write_canonical(out),
        Json::Text(text) => write_text(text, out),
        Json::List(items) => {
            let inside = match place {
                Place::Persons => Place::Person,
                Place::Fields | Place::Verbatim | Place::Person => Place::Verbatim,
            };
            write_list(items, out, |item, out| write(item, inside, out));
        }
        Json::Object(fields) => {
            let counts = |field: &&(SmolStr, Json)| match place {
                Place::Fields => field.1 != Json::Null,
                Place::Person => field.0 != "confidential",
                Place::Verbatim | Place::Persons => true,
            };
            let sorted = sorted_by_name(fields.iter().filter(counts));
            write_object(&sorted, out, |name, value, out| {
                write(value, inside_of(name, place), out);
            });
        }
    }
}

/// Returns the place of the member `name` of an object at `place`.
fn inside_of(name: &str, place: Place) -> Place {
    match (name, place) {
        ("persons", _) => Place::Persons,
        ("patch", _) | (_, Place::Verbatim | Place::Person | Place::Persons) => Place::Verbatim,
        (_, Place::Fields) => Place::Fields,
    }
}
