//! Functions: how long they are, and which public ones take a `bool`.
//!
//! Never here: which crates the rules hold for.

use syn::visit::{self, Visit};
use syn::{FnArg, Signature, Type, Visibility};

use super::Files;
use super::sources::for_tests;

/// The most lines of a function, from `fn` to its closing brace.
pub(super) const LINES_MAX: usize = 70;

/// Returns the functions over [`LINES_MAX`], those of tests too, as lines: file, name, length.
pub(super) fn long(files: &Files) -> Vec<String> {
    each(files, |found| {
        found.retain(|function| function.lines > LINES_MAX);
        let line = |function: &Function| format!("{}: {} lines", function.name, function.lines);
        found.iter().map(line).collect()
    })
}

/// Returns the public functions with a `bool` parameter, but those of tests, as lines: file and name.
pub(super) fn with_bool(files: &Files) -> Vec<String> {
    each(files, |found| {
        found.retain(|function| function.public && function.bool_parameter && !function.for_tests);
        found.iter().map(|function| function.name.clone()).collect()
    })
}

fn each(files: &Files, list: impl Fn(&mut Vec<Function>) -> Vec<String>) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, text) in files {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut functions = Functions::default();
        functions.visit_file(&parsed);
        let found = list(&mut functions.found);
        lines.extend(found.into_iter().map(|line| format!("{path}: {line}")));
    }
    lines
}

struct Function {
    name: String,
    lines: usize,
    public: bool,
    bool_parameter: bool,
    for_tests: bool,
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
    /// How many items that are left to tests what is visited stands in.
    tests: usize,
}

impl Functions {
    fn add(&mut self, signature: &Signature, block: Option<&syn::Block>, public: bool) {
        let first = signature.fn_token.span.start().line;
        let last = block.map_or(first, |block| block.brace_token.span.close().end().line);
        let bool_parameter = signature.inputs.iter().any(|input| match input {
            FnArg::Typed(typed) => is_bool(&typed.ty),
            FnArg::Receiver(_) => false,
        });
        self.found.push(Function {
            name: signature.ident.to_string(),
            lines: last - first + 1,
            public,
            bool_parameter,
            for_tests: self.tests > 0,
        });
    }
}

fn is_bool(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.is_ident("bool"),
        Type::Reference(reference) => is_bool(&reference.elem),
        _ => false,
    }
}

const fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let tests = usize::from(for_tests(&item.attrs));
        self.tests += tests;
        visit::visit_item_mod(self, item);
        self.tests -= tests;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, Some(&item.block), is_public(&item.vis));
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, Some(&item.block), is_public(&item.vis));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        for part in &item.items {
            if let syn::TraitItem::Fn(function) = part {
                self.add(
                    &function.sig,
                    function.default.as_ref(),
                    is_public(&item.vis),
                );
            }
        }
        visit::visit_item_trait(self, item);
    }
}

#[test]
fn length_goes_from_fn_to_the_closing_brace() {
    let body = "    a();\n".repeat(LINES_MAX - 2);
    let check = |text: &str, expected: &[&str]| {
        let files = Files::from([("a.rs".to_owned(), text.to_owned())]);
        assert_eq!(long(&files), expected);
    };
    check(
        &format!("/// One.\n#[inline]\nfn one() {{\n{body}}}\n"),
        &[],
    );
    check(
        &format!("struct S;\nimpl S {{\nfn two(\n) {{\n{body}}}\n}}\n"),
        &["a.rs: two: 71 lines"],
    );
}

#[test]
fn only_public_functions_may_not_take_a_bool() {
    let text = "
        pub fn a(x: bool) {}
        pub(crate) fn b(x: bool) {}
        fn c(x: bool) {}
        pub fn d(x: &str) -> bool { true }
        pub trait T { fn e(&self, x: bool); }
        trait U { fn f(&self, x: bool); }
        impl T for S { fn e(&self, x: bool) {} }
        impl S { pub fn g(&self, x: &bool) {} }
        #[cfg(test)] mod tests { pub fn h(x: bool) {} }
    ";
    let files = Files::from([("a.rs".to_owned(), text.to_owned())]);
    assert_eq!(with_bool(&files), ["a.rs: a", "a.rs: e", "a.rs: g"]);
}
