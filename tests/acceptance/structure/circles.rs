//! Circles of imports: files of which each uses, over some others, each.
//!
//! Start at [`of`].

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Modules;
use super::{Files, imports};

/// The most files that may use one another.
const FILES_MAX: usize = 2;

/// Returns the circles of more than two files of a crate, whose sources stand by their paths below `src`.
pub(super) fn of(files: &Files) -> Vec<Vec<String>> {
    let edges = imports::edges(&Modules::read(files));
    let mut circles = Tarjan::of(&edges);
    circles.retain(|circle| circle.len() > FILES_MAX);
    circles
}

/// Returns the imports within a circle, as lines: a file, and those of the circle that it uses.
pub(super) fn within(files: &Files, circle: &[String]) -> Vec<String> {
    let edges = imports::edges(&Modules::read(files));
    let line = |file: &String| {
        let used = edges.get(file).into_iter().flatten();
        let used: Vec<&str> = used
            .filter(|to| circle.contains(to))
            .map(String::as_str)
            .collect();
        format!("  {file}: {}", used.join(" "))
    };
    circle.iter().map(line).collect()
}

/// Strongly connected components (Tarjan 1972).
struct Tarjan<'e> {
    edges: &'e BTreeMap<String, BTreeSet<String>>,
    /// By node: the order in which it was met, and the earliest on the stack that it leads to.
    met: BTreeMap<&'e str, (usize, usize)>,
    stack: Vec<&'e str>,
    found: Vec<Vec<String>>,
}

impl<'e> Tarjan<'e> {
    fn of(edges: &'e BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
        let mut search = Self {
            edges,
            met: BTreeMap::new(),
            stack: Vec::new(),
            found: Vec::new(),
        };
        for node in edges.keys() {
            if !search.met.contains_key(node.as_str()) {
                search.visit(node);
            }
        }
        search.found.sort();
        search.found
    }

    fn visit(&mut self, node: &'e str) {
        let order = self.met.len();
        self.met.insert(node, (order, order));
        self.stack.push(node);
        let mut earliest = order;
        for next in self.edges.get(node).into_iter().flatten() {
            match self.met.get(next.as_str()) {
                None => {
                    self.visit(next);
                    earliest = earliest.min(self.met[next.as_str()].1);
                }
                Some((met, _)) if self.stack.contains(&next.as_str()) => {
                    earliest = earliest.min(*met)
                }
                Some(_) => {}
            }
        }
        self.met.insert(node, (order, earliest));
        if earliest == order {
            let at = self
                .stack
                .iter()
                .position(|one| *one == node)
                .expect("on the stack");
            let mut circle: Vec<String> = self
                .stack
                .split_off(at)
                .into_iter()
                .map(Into::into)
                .collect();
            circle.sort();
            self.found.push(circle);
        }
    }
}

/// Checks which circles invented sources have, one a line.
fn check(sources: &[(&str, &str)], circles: &str) {
    let files = sources
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let found = of(&files.collect());
    let lines: Vec<String> = found.iter().map(|circle| circle.join(" ")).collect();
    assert_eq!(lines.join("\n"), circles);
}

#[test]
fn a_circle_of_three_is_found() {
    check(
        &[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub(crate) struct A(B);"),
            ("b.rs", "pub(crate) struct B(super::c::C);"),
            (
                "c.rs",
                "pub(crate) struct C; fn c() { let _ = vec![crate::a::A::new()]; }",
            ),
        ],
        "a.rs b.rs c.rs",
    );
}

#[test]
fn a_pair_is_accepted() {
    check(
        &[
            ("lib.rs", "mod a; mod b; mod c;"),
            (
                "a.rs",
                "use crate::b::B; use crate::c::C; pub(crate) struct A(B, C);",
            ),
            ("b.rs", "use crate::a::A; pub(crate) struct B(Box<A>);"),
            ("c.rs", "pub(crate) struct C;"),
        ],
        "",
    );
}

#[test]
fn a_name_that_is_handed_on_leads_to_the_file_that_defines_it() {
    // The parent hands names on: that makes no circle through it, and hides none behind it.
    let parent =
        "mod x; mod y; mod z; pub(crate) use x::X; pub(crate) use y::Y; pub use self::z::*;";
    check(
        &[
            ("lib.rs", "mod a; pub use a::X;"),
            ("a/mod.rs", parent),
            ("a/x.rs", "use super::Y; pub struct X(Y);"),
            ("a/y.rs", "use crate::a::Z; pub struct Y(Z);"),
            ("a/z.rs", "pub struct Z;"),
        ],
        "",
    );
    check(
        &[
            ("lib.rs", "mod a; pub use a::X;"),
            ("a/mod.rs", parent),
            ("a/x.rs", "use super::Y; pub struct X(Y);"),
            ("a/y.rs", "use crate::a; pub struct Y(a::Z);"),
            ("a/z.rs", "pub struct Z(Box<crate::X>);"),
        ],
        "a/x.rs a/y.rs a/z.rs",
    );
}

#[test]
fn a_name_of_another_crate_that_is_handed_on_makes_no_circle() {
    check(
        &[
            (
                "lib.rs",
                "mod a; mod b; pub use other::X; fn go() { a::go() }",
            ),
            ("a.rs", "pub(crate) fn go() { crate::b::go(crate::X) }"),
            ("b.rs", "pub(crate) fn go(_: crate::X) {}"),
        ],
        "",
    );
}

#[test]
fn what_only_tests_use_makes_no_circle() {
    check(
        &[
            ("lib.rs", "mod a; mod b; mod c; #[cfg(test)] mod testing;"),
            ("a.rs", "use crate::b::B; pub(crate) struct A(B);"),
            ("b.rs", "use crate::c::C; pub(crate) struct B(C);"),
            (
                "c.rs",
                "pub(crate) struct C; #[cfg(test)] mod tests { use crate::a::A; }",
            ),
        ],
        "",
    );
}

#[test]
fn a_parents_own_code_is_part_of_a_circle() {
    check(
        &[
            ("lib.rs", "mod a;"),
            ("a.rs", "mod x; mod y; pub(crate) fn go() { x::go() }"),
            ("a/x.rs", "pub(super) fn go() { super::y::go() }"),
            ("a/y.rs", "pub(super) fn go() { super::go() }"),
        ],
        "a.rs a/x.rs a/y.rs",
    );
}
