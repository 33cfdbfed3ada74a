//! JSON as rows: a list of objects anywhere in a document, or one object a line. A member of a member is the
//! column `a.b`; the items of one list can be made into rows of their own.
//!
//! Start at [`open`]. Submissions of Kobo and ODK are such documents.
//!
//! Never here: what the columns mean.

use csv::StringRecord;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::broken::BrokenRow;
use super::columns::{Columns, Flat, FlatRow};
use super::format::Format;
use super::kept::Kept;
use super::limits;
use crate::Error;
use crate::error::quoted;

/// A value of JSON: numbers stay as they are written.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Null,
    /// A number, or a truth.
    Plain(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    /// What cannot be read, and why: its row is rejected, and others come in.
    Unreadable(&'static str),
}

/// Reads the text of a document; adds to `found` what was found out.
///
/// # Errors
/// [`Error::Wrong`] for what is no JSON, or where it is not clear which list has the rows; [`Error::Limit`].
pub(super) fn open(
    text: &str,
    format: &Format,
    file: &str,
    found: &mut Vec<String>,
) -> Result<(StringRecord, Kept), Error> {
    let mut flats = Vec::new();
    if is_lines(text) {
        let lines = (1..).zip(text.lines());
        for (line, text) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            flats.extend(rows_of_line(Ok(text), line, format));
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

/// Whether each line is an object of its own: the first is one, and more follows, which is no JSON of one document.
fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().is_some_and(|line| {
        matches!(
            serde_json::from_str(line),
            Ok(Node::Object(_) | Node::Unreadable(_))
        )
    });
    first && lines.next().is_some()
}

/// Says why a line is no JSON, and at which of its columns: which line it is is told beside it.
fn no_json(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    format!("no JSON: {what} at column {}", error.column())
}

/// Reads one line, or tells why it has no text.
pub(super) fn rows_of_line(
    text: Result<&str, String>,
    line: u64,
    format: &Format,
) -> Vec<Result<FlatRow, BrokenRow>> {
    let node =
        text.and_then(|text| serde_json::from_str::<Node>(text).map_err(|error| no_json(&error)));
    let mut flats = Vec::new();
    match node {
        Ok(node) => rows_of(&node, line, format, &mut flats),
        Err(reason) => flats.push(Err(BrokenRow::new(line, reason))),
    }
    flats
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
                "{file} has no list at {path}, where [files] rows says that the rows stand",
                path = quoted(path)
            ))),
        };
    }
    let members = match node {
        Node::List(list) => return Ok(list),
        Node::Object(members) => members,
        Node::Unreadable(why) => return Err(Error::wrong(format!("{file}: {why}"))),
        Node::Null | Node::Plain(_) | Node::Text(_) => {
            return Err(Error::wrong(format!(
                "{file} holds neither a list nor an object"
            )));
        }
    };
    let lists: Vec<(&String, &Vec<Node>)> = members
        .iter()
        .filter_map(|(name, member)| match member {
            Node::List(list)
                if list
                    .iter()
                    .any(|item| matches!(item, Node::Object(_) | Node::Unreadable(_)))
                    && !is_of_one_row(name, format) =>
            {
                Some((name, list))
            }
            Node::List(_)
            | Node::Object(_)
            | Node::Null
            | Node::Plain(_)
            | Node::Text(_)
            | Node::Unreadable(_) => None,
        })
        .collect();
    match lists[..] {
        [(name, list)] => {
            found.push(format!(
                "{file}: the list {name} is read",
                name = quoted(name)
            ));
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

/// Whether a list belongs to one row: what a form's server adds, as Kobo and ODK do, or the list that repeats in it.
fn is_of_one_row(name: &str, format: &Format) -> bool {
    let repeat = format.repeat.as_deref().unwrap_or_default();
    let further = repeat.strip_prefix(name);
    name.starts_with('_') || further.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
fn rows_of(node: &Node, line: u64, format: &Format, flats: &mut Vec<Result<FlatRow, BrokenRow>>) {
    if let Some(why) = node.unreadable() {
        flats.push(Err(BrokenRow::new(line, why)));
        return;
    }
    let Node::Object(_) = node else {
        flats.push(Err(BrokenRow::new(line, "no object, but each row is one")));
        return;
    };
    let mut rows = vec![Flat::new()];
    let repeated = match &format.repeat {
        None => {
            flatten(node, "", &mut rows);
            false
        }
        Some(path) => match spread(node, ("", path), &format.columns, &mut rows) {
            Ok(repeated) => repeated,
            Err(reason) => {
                let mut columns = Vec::new();
                columns_of(node, ("", path), &mut columns);
                flats.push(Err(BrokenRow {
                    columns,
                    ..BrokenRow::new(line, reason)
                }));
                return;
            }
        },
    };
    let several = rows.len() > 1 || repeated;
    for (place, flat) in (1..).zip(rows) {
        flats.push(Ok(FlatRow {
            line,
            repeat: if several { place } else { 0 },
            cells: flat,
        }));
    }
}

/// Adds the cells of `node`, which stands at `prefix`, to each of `rows`, and one row for each item of the list at
/// `path` in it. Returns whether there was such an item.
///
/// # Errors
/// Why it cannot be: what stands there is no list, or its items are none of which the mapping names `columns`, or
/// what stands beside it would be held too often.
fn spread(
    node: &Node,
    (prefix, path): (&str, &str),
    columns: &[String],
    rows: &mut Vec<Flat>,
) -> Result<bool, String> {
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
            Node::Text(text) if text.is_empty() => &[],
            Node::Object(_) => std::slice::from_ref(member),
            Node::Plain(_) | Node::Text(_) | Node::Unreadable(_) => {
                return Err(format!("{name} is no list, but its items are rows"));
            }
        };
        let has_members = columns.iter().any(|column| {
            let rest = column.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        });
        let is_object = |item: &Node| matches!(item, Node::Object(_));
        let objects = items.iter().filter(|item| is_object(item)).count();
        let are_objects = has_members || !further.is_empty() || objects > 0;
        if are_objects && objects < items.len() {
            return Err(format!("an item of the list {name} is no object"));
        }
        let common = rows.clone();
        if bytes_of(&common).saturating_mul(items.len()) > limits::REPEATED_BYTES_MAX {
            return Err(format!(
                "what stands beside the list would be held more than {} MiB, once for each of its items",
                limits::REPEATED_BYTES_MAX >> 20
            ));
        }
        for (place, item) in items.iter().enumerate() {
            let mut of_item = common.clone();
            let inner = if further.is_empty() {
                flatten(item, &name, &mut of_item);
                true
            } else {
                spread(item, (&name, further), columns, &mut of_item)?
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

/// Adds the columns that `node`, which stands at `prefix`, would have as rows, one for each item of the list at `path`.
fn columns_of(node: &Node, (prefix, path): (&str, &str), columns: &mut Vec<String>) {
    let Node::Object(members) = node else {
        columns.push(prefix.to_owned());
        return;
    };
    for (name, member) in members {
        let rest = path.strip_prefix(name.as_str());
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('.'));
        let further = rest.map_or("", |rest| rest.trim_start_matches('.'));
        let items = match (member, rest) {
            (Node::List(items), Some(_)) => items.as_slice(),
            (member, _) => std::slice::from_ref(member),
        };
        for item in items {
            columns_of(item, (&join(prefix, name), further), columns);
        }
    }
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
        Node::Null | Node::Unreadable(_) => String::new(),
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
        Node::Null | Node::Unreadable(_) => "null".to_owned(),
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
    flats: Vec<Result<FlatRow, BrokenRow>>,
    more: &[String],
    file: &str,
) -> Result<(StringRecord, Kept), Error> {
    let mut columns = Columns::default();
    for flat in &flats {
        columns.add(flat, file)?;
    }
    columns.add_named(more, file)?;
    let header = columns.header();
    limits::cells(file, flats.len().saturating_mul(header.len()))?;
    let rows = flats.into_iter();
    let rows = rows.map(|flat| flat.and_then(|flat| columns.lay_out(flat)));
    Ok((header, Kept::new(rows.collect())))
}

impl Node {
    /// Says why it, or something in it, cannot be read.
    fn unreadable(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(why) => Some(why),
            Self::List(items) => items.iter().find_map(Self::unreadable),
            Self::Object(members) => members.iter().find_map(|(_, member)| member.unreadable()),
            Self::Null | Self::Plain(_) | Self::Text(_) => None,
        }
    }
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

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        // A whole number so large came in digits that are lost: an id, for one.
        if number.fract() == 0.0 && number.abs() >= 1e18 {
            return Ok(Node::Unreadable(
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
        let mut is_twice = false;
        while let Some((name, member)) = members.next_entry::<String, Node>()? {
            is_twice |= object.iter().any(|(known, _)| *known == name);
            object.push((name, member));
        }
        Ok(match is_twice {
            true => Node::Unreadable("a member stands twice in one object"),
            false => Node::Object(object),
        })
    }
}
