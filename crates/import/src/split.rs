//! Lists in a cell: `Ryan (BuzzFeed, New York), Ann` is two items.
//!
//! Never here: what an item means.

/// Splits at `separator` where no parenthesis is open; blanks around items and empty items go.
pub(crate) fn outside_parentheses<'a>(
    text: &'a str,
    separator: &'a str,
) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let mut depth = 0_usize;
        let at = current.char_indices().find_map(|(index, character)| {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let found = depth == 0
                && current
                    .get(index..)
                    .is_some_and(|t| t.starts_with(separator));
            found.then_some(index)
        });
        let parts = at.and_then(|at| current.split_at_checked(at));
        let (item, after) = match parts {
            Some((item, after)) => (item, after.get(separator.len()..)),
            None => (current, None),
        };
        rest = after;
        Some(item.trim())
    })
    .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_in_parentheses_does_not_split() {
        let check = |text| outside_parentheses(text, ", ").collect::<Vec<_>>();
        assert_eq!(check("A (X, Y), B, C"), ["A (X, Y)", "B", "C"]);
        assert_eq!(check("A"), ["A"]);
        assert_eq!(check(""), Vec::<&str>::new());
        assert_eq!(check("A (open, B"), ["A (open, B"]);
        assert_eq!(check("A), B"), ["A)", "B"]);
    }
}
