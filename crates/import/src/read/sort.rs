//! What a text is: cells, JSON or a page.
//!
//! Start at [`sort`].
//!
//! Never here: how it is read.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Cells with a separator between them.
    Cells,
    Json,
    Page,
}

/// Tells what a text is: what is called CSV is that, all else is told by its first characters.
pub(super) fn sort(name: &str, begin: &[u8]) -> Sort {
    let named = |endings: &[&str]| {
        let end = name.rsplit('.').next().unwrap_or("");
        endings.iter().any(|known| end.eq_ignore_ascii_case(known))
    };
    let first = begin.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        _ if named(&["csv", "tsv", "tab", "txt"]) => Sort::Cells,
        Some(b'{' | b'[') => Sort::Json,
        Some(b'<') => Sort::Page,
        _ => Sort::Cells,
    }
}
