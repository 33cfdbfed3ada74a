//! JSON as rows: one object a line, or a list of them anywhere in a document. A member of a member is the
//! column `a.b`; the items of one list can be made into rows of their own.
//!
//! Start at [`open`]. Submissions of Kobo and ODK are such documents.
//!
//! Never here: what the columns mean.

use std::collections::HashMap;

use csv::StringRecord;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::cells::Broken;
use super::format::Format;
use super::kept::Kept;
use super::limits;
use super::row::Row;
use crate::Error;

/// A value of JSON: numbers stay as they are written, and no member stands twice.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Null,
    /// A number, or a truth.
    Plain(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// One row before it is laid out: its cells by their columns.
type Flat = Vec<(String, String)>;

/// Reads the text of a file; adds to `found` what was found out.
///
/// # Errors
/// [`Error::Wrong`] for what is no JSON, or where it is not clear which list has the rows; [`Error::Limit`].
pub(super) fn open(
    text: &str,
    format: &Format,
    file: &str,
    found: &mut Vec<String>,
) -> Result<(StringRecord, Kept), Error> {
    let mut flats: Vec<Result<(u64, u64, Flat), Broken>> = Vec::new();
    if is_lines(text) {
        for (line, text) in (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
        {
            match serde_json::from_str::<Node>(text) {
                Ok(node) => rows_of(&node, line, format, &mut flats),
                Err(error) => flats.push(Err(Broken {
                    line,
                    reason: format!("no JSON: {error}"),
                })),
            }
        }
    } else {
        let node: Node = serde_json::from_str(text)
            .map_err(|error| Error::wrong(format!("{file} is no JSON: {error}")))?;
        let list = list_of(&node, format, file, found)?;
        for (place, node) in (1..).zip(list) {
            rows_of(node, place, format, &mut flats);
        }
    }
    lay_out(flats, &format.columns, file)
}

/// Whether each line is an object of its own.
fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines
        .next()
        .is_some_and(|line| matches!(serde_json::from_str(line), Ok(Node::Object(_))));
    first
        && lines
            .next()
            .is_some_and(|line| line.trim_start().starts_with('{'))
}

/// Finds the list of rows: the document, the one that the mapping says, or the only one that there is.
fn list_of<'n>(
    node: &'n Node,
    format: &Format,
    file: &str,
    found: &mut Vec<String>,
) -> Result<&'n [Node], Error> {
    if let Some(path) = &format.rows {
        return match at(node, path) {
            Some(Node::List(list)) => Ok(list),
            Some(_) | None => Err(Error::wrong(format!(
                "{file} has no list at {path:?}, where [files] rows says that the rows stand"
            ))),
        };
    }
    let members = match node {
        Node::List(list) => return Ok(list),
        Node::Object(members) => members,
        Node::Null | Node::Plain(_) | Node::Text(_) => {
            return Err(Error::wrong(format!(
                "{file} holds neither a list nor an object"
            )));
        }
    };
    let lists: Vec<(&String, &Vec<Node>)> = members
        .iter()
        .filter_map(|(name, member)| match member {
            Node::List(list) if list.iter().any(|item| matches!(item, Node::Object(_))) => {
                Some((name, list))
            }
            Node::List(_) | Node::Object(_) | Node::Null | Node::Plain(_) | Node::Text(_) => None,
        })
        .collect();
    match lists[..] {
        [(name, list)] => {
            found.push(format!("{file}: the list {name:?} is read"));
            Ok(list)
        }
        [] => Ok(std::slice::from_ref(node)),
        [..] => {
            let names: Vec<&str> = lists.iter().map(|(name, _)| name.as_str()).collect();
            Err(Error::wrong(format!(
                "{file} has several lists: say [files] rows = one of {}",
                names.join(", ")
            )))
        }
    }
}

/// Finds what stands at a path; a name may have dots of its own.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    let Node::Object(members) = node else {
        return None;
    };
    members
        .iter()
        .find_map(|(name, member)| match path.strip_prefix(name.as_str())? {
            "" => Some(member),
            rest => at(member, rest.strip_prefix('.')?),
        })
}

/// Adds the rows of one object: itself, or one for each item of the list that repeats in it.
fn rows_of(
    node: &Node,
    line: u64,
    format: &Format,
    flats: &mut Vec<Result<(u64, u64, Flat), Broken>>,
) {
    let Node::Object(_) = node else {
        flats.push(Err(Broken {
            line,
            reason: "no object, but each row is one".to_owned(),
        }));
        return;
    };
    let mut rows = vec![Flat::new()];
    let repeated = match &format.repeat {
        None => {
            flatten(node, "", &mut rows);
            false
        }
        Some(path) => match spread(node, "", path, &mut rows) {
            Ok(repeated) => repeated,
            Err(()) => {
                let reason = format!(
                    "what stands beside the list would be held more than {} MiB, once for each of its items",
                    limits::REPEATED_BYTES_MAX >> 20
                );
                flats.push(Err(Broken { line, reason }));
                return;
            }
        },
    };
    let several = rows.len() > 1 || repeated;
    for (place, flat) in (1..).zip(rows) {
        flats.push(Ok((line, if several { place } else { 0 }, flat)));
    }
}

/// Adds the cells of `node` to each of `rows`, and one row for each item of the list at `path`.
/// Returns whether there was such an item.
///
/// # Errors
/// Where what stands beside the list would be held too often.
fn spread(node: &Node, prefix: &str, path: &str, rows: &mut Vec<Flat>) -> Result<bool, ()> {
    let Node::Object(members) = node else {
        flatten(node, prefix, rows);
        return Ok(false);
    };
    let mut repeated = false;
    let mut below = None;
    for (name, member) in members {
        let rest = path.strip_prefix(name.as_str());
        let further = rest.and_then(|rest| rest.strip_prefix('.'));
        if rest == Some("") || further.is_some() {
            below = Some((name, member, further.unwrap_or("")));
        } else {
            flatten(member, &join(prefix, name), rows);
        }
    }
    if let Some((name, member, further)) = below {
        let name = join(prefix, name);
        let items: &[Node] = match member {
            Node::List(items) => items,
            Node::Null => &[],
            Node::Plain(_) | Node::Text(_) | Node::Object(_) => std::slice::from_ref(member),
        };
        let common = rows.clone();
        if bytes_of(&common).saturating_mul(items.len()) > limits::REPEATED_BYTES_MAX {
            return Err(());
        }
        for (place, item) in items.iter().enumerate() {
            let mut of_item = common.clone();
            let inner = if further.is_empty() {
                flatten(item, &name, &mut of_item);
                true
            } else {
                spread(item, &name, further, &mut of_item)?
            };
            repeated |= inner || items.len() > 1;
            if place == 0 {
                rows.clear();
            }
            rows.append(&mut of_item);
        }
    }
    Ok(repeated)
}

/// How many bytes the names and cells of rows take.
fn bytes_of(rows: &[Flat]) -> usize {
    let cells = rows.iter().flatten();
    cells.map(|(name, text)| name.len() + text.len()).sum()
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

/// Adds the cells of `node` to each of `rows`; a list is one cell, as JSON.
fn flatten(node: &Node, prefix: &str, rows: &mut [Flat]) {
    let text = match node {
        Node::Object(members) => {
            for (name, member) in members {
                flatten(member, &join(prefix, name), rows);
            }
            return;
        }
        Node::Null => String::new(),
        Node::Plain(text) | Node::Text(text) => text.clone(),
        Node::List(items) if items.is_empty() => String::new(),
        Node::List(_) => json(node),
    };
    for row in rows {
        row.push((prefix.to_owned(), text.clone()));
    }
}

/// Writes a value as JSON again.
fn json(node: &Node) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    match node {
        Node::Null => "null".to_owned(),
        Node::Plain(plain) => plain.clone(),
        Node::Text(said) => text(said),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(json).collect();
            format!("[{}]", items.join(","))
        }
        Node::Object(members) => {
            let members = members.iter();
            let members: Vec<String> = members
                .map(|(name, member)| format!("{}:{}", text(name), json(member)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

/// Lays rows out under all the columns that any of them has, in the order in which they came, and `more` behind them.
fn lay_out(
    flats: Vec<Result<(u64, u64, Flat), Broken>>,
    more: &[String],
    file: &str,
) -> Result<(StringRecord, Kept), Error> {
    let mut header = StringRecord::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let rows = flats.iter().flatten();
    let said = rows.flat_map(|(_, _, flat)| flat.iter().map(|(name, _)| name));
    for name in said.chain(more) {
        if !places.contains_key(name) {
            places.insert(name.clone(), header.len());
            header.push_field(name);
            limits::columns(file, header.len())?;
        }
    }
    limits::cells(file, flats.len().saturating_mul(header.len()))?;
    let rows = flats.into_iter().map(|flat| {
        let (line, repeat, flat) = flat?;
        let mut texts = vec![None; header.len()];
        for (name, text) in flat {
            let slot = places.get(&name).and_then(|place| texts.get_mut(*place));
            if let Some(slot) = slot
                && slot.replace(text).is_some()
            {
                let reason = format!("two members of one object are both the column {name:?}");
                return Err(Broken { line, reason });
            }
        }
        let mut row = Row {
            line,
            repeat,
            ..Row::default()
        };
        for text in texts {
            row.cells.push_field(text.as_deref().unwrap_or(""));
        }
        Ok(row)
    });
    Ok((header.clone(), Kept::new(rows.collect())))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Plain(truth.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Node, E> {
        // A whole number so large came in digits that are lost: an id, for one.
        if number.fract() == 0.0 && number.abs() >= 1e18 {
            return Err(E::custom(
                "a number of more digits than are kept: write it as a text",
            ));
        }
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object: Vec<(String, Node)> = Vec::new();
        while let Some((name, member)) = members.next_entry::<String, Node>()? {
            if object.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a member stands twice in one object"));
            }
            object.push((name, member));
        }
        Ok(Node::Object(object))
    }
}
