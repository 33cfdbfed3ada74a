//! What stands in an HTML page, an SVG or an Atom feed, read by Python's own parsers; and a BibTeX entry.
//!
//! Never here: what should stand in them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

/// Reads `[kind, text]` a line; writes the elements of each, or why it is not well-formed.
const SCRIPT: &str = r#"
import json, sys
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"meta", "link", "input", "br", "img", "hr", "wbr"}

class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.open = [], []
    def handle_starttag(self, tag, attrs):
        tables = [e["attributes"].get("class", "") for e in self.open if e["tag"] == "table"]
        element = {"tag": tag, "attributes": {k: v or "" for k, v in attrs}, "text": "", "within": (tables or [""])[-1]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)
    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()
    def handle_endtag(self, tag):
        if tag in VOID or not any(e["tag"] == tag for e in self.open):
            raise ValueError(f"</{tag}> closes nothing")
        while self.open.pop()["tag"] != tag:
            raise ValueError(f"</{tag}> closes something else")
    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

def elements(kind, text):
    if kind == "html":
        page = Page()
        page.feed(text)
        page.close()
        return page.elements
    root = ElementTree.fromstring(text)
    return [{"tag": e.tag.split("}")[-1], "attributes": dict(e.attrib), "text": "".join(e.itertext()), "within": ""} for e in root.iter()]

for line in sys.stdin.buffer:
    try:
        found = {"elements": elements(*json.loads(line)), "error": None}
    except Exception as error:
        found = {"elements": [], "error": repr(error)}
    print(json.dumps(found), flush=True)
"#;

/// An element with all text within it.
#[derive(Debug, Deserialize)]
pub(super) struct Element {
    pub(super) tag: String,
    attributes: BTreeMap<String, String>,
    pub(super) text: String,
    within: String,
}

impl Element {
    /// Returns an attribute, or nothing.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Returns the class of the table that it stands in, or nothing.
    pub(super) fn within(&self) -> &str {
        &self.within
    }

    fn is(&self, tag: &str, class: &str) -> bool {
        let classes = self.attribute("class");
        self.tag == tag && (class.is_empty() || classes.split(' ').any(|one| one == class))
    }
}

/// The elements of a document, in their order.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    elements: Vec<Element>,
    error: Option<String>,
}

impl Document {
    /// Returns the elements of a tag and a class; of any class where that is empty.
    pub(super) fn all(&self, tag: &str, class: &str) -> impl Iterator<Item = &Element> {
        let found = self.elements.iter();
        found.filter(move |element| element.is(tag, class))
    }

    /// Returns the elements within tables of a class, in their order.
    pub(super) fn within(&self, table: &str) -> impl Iterator<Item = &Element> {
        let found = self.elements.iter();
        found.filter(move |element| element.within == table)
    }

    /// Returns the text of the first such element, or nothing.
    pub(super) fn text(&self, tag: &str, class: &str) -> &str {
        let first = self.all(tag, class).next();
        first.map_or("", |element| element.text.trim())
    }

    /// Returns the text of the element with an id.
    pub(super) fn by_id(&self, id: &str) -> &str {
        let mut found = self.elements.iter();
        let found = found.find(|element| element.attribute("id") == id);
        found.map_or("", |element| element.text.trim())
    }
}

/// A Python that parses one document after the other.
pub(super) struct Parser {
    python: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Parser {
    pub(super) fn start() -> Self {
        let mut python = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        Self {
            input: python.stdin.take().expect("its input is piped"),
            output: BufReader::new(python.stdout.take().expect("its output is piped")),
            python,
        }
    }

    /// Parses what stands at an address, as `html` or `xml`; what is not well-formed stops the test.
    pub(super) fn parse(&mut self, address: &str, kind: &str, text: &str) -> Document {
        let asked = serde_json::json!([kind, text]);
        writeln!(self.input, "{asked}").expect("python3 reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("python3 writes");
        let document: Document = serde_json::from_str(&line).expect("a document");
        assert!(
            document.error.is_none(),
            "{address}: {:?}\n{text}",
            document.error
        );
        document
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        let _killed = self.python.kill();
        let _gone = self.python.wait();
    }
}

/// Reads one BibTeX entry: its key, and its fields as LaTeX sets them. Braces are counted as BibTeX does,
/// whatever stands before them.
pub(super) fn bibtex(text: &str) -> (String, BTreeMap<String, String>) {
    let rest = text.strip_prefix("@misc{").expect("an entry");
    let (key, rest) = rest.split_once(',').expect("a key");
    let mut fields = BTreeMap::new();
    let mut rest = rest.trim_start();
    while rest != "}" {
        let (name, value) = rest.split_once(" = {").expect("a field");
        let mut depth = 1;
        let end = value.char_indices().find(|(_, c)| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            depth == 0
        });
        let (end, _) = end.expect("balanced braces");
        fields.insert(name.to_owned(), set(&value[..end]));
        rest = value[end + 1..].trim_start_matches(',').trim_start();
    }
    (key.to_owned(), fields)
}

/// Returns what LaTeX sets for a text with its special signs escaped; a bare one stops the test.
fn set(text: &str) -> String {
    if text.starts_with("\\url{") {
        return text[5..text.len() - 1].to_owned();
    }
    let mut plain = text.to_owned();
    for (name, sign) in [
        ("textasciitilde", "~"),
        ("textasciicircum", "^"),
        ("textbraceleft", "{"),
        ("textbraceright", "}"),
        ("textbackslash", "\u{0}"),
    ] {
        plain = plain.replace(&format!("\\{name}{{}}"), &format!("\u{1}{sign}"));
    }
    for sign in ["&", "%", "$", "#", "_"] {
        plain = plain.replace(&format!("\\{sign}"), &format!("\u{1}{sign}"));
    }
    let bare = plain
        .char_indices()
        .find(|(at, c)| "&%$#_{}~^\\".contains(*c) && !plain[..*at].ends_with('\u{1}'));
    assert!(bare.is_none(), "{bare:?} is bare in {text}");
    plain.replace('\u{1}', "").replace('\u{0}', "\\")
}
