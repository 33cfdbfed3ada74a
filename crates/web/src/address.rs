//! The address of a page, which is all its state: the parameters of the filter grammar, in their fixed order.
//!
//! Start at [`Address`]. Links are made by changing one parameter and keeping the rest.
//!
//! Never here: what a parameter means (crate `figures`) and what it is called ([`super::text::words`]).

use figures::{PARAMETERS, Query, percent_encode};

/// The parameters of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pairs: Vec<(String, String)>,
}

/// Parameters that select what is counted; each stands as a chip that can be removed.
pub const FILTERS: &[&str] = &[
    "custody_state",
    "occurred",
    "place",
    "locality",
    "tag",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "nationality",
    "authority",
    "org",
    "case",
    "person",
    "law",
    "article",
    "court",
    "charge_status",
    "release_kind",
    "in_custody",
    "visibility",
    "assessment",
    "verification",
];

impl Address {
    /// Takes parameters, leaving out those that are empty: a form sends every field it has.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self {
            pairs: pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        }
    }

    /// Returns the parameters, as a question takes them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Returns a parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// Returns the same state with one parameter set.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut state = self.without(name);
        state.pairs.push((name.to_owned(), value.to_owned()));
        state
    }

    /// Returns the same state without one parameter.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let pairs = self.pairs.iter().filter(|(key, _)| key != name);
        Self {
            pairs: pairs.cloned().collect(),
        }
    }

    /// Returns the same state with only these parameters.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let pairs = self
            .pairs
            .iter()
            .filter(|(key, _)| names.contains(&key.as_str()));
        Self {
            pairs: pairs.cloned().collect(),
        }
    }

    /// Returns the state of the figure as a whole: without its groups (see [`Query::whole`]).
    #[must_use]
    pub fn whole(&self) -> Self {
        let asked = Query::parse(self.only(PARAMETERS).pairs());
        match asked.map(|query| query.whole().group_by).as_deref() {
            Ok([group, ..]) => self.with("group_by", group.name()),
            Ok([]) | Err(_) => self.without("group_by"),
        }
    }

    /// Returns the address of `path` in this state.
    pub fn href(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// Returns the query string, the parameters of the grammar first and in their fixed order.
    pub fn query(&self) -> String {
        let rank = |name: &str| PARAMETERS.iter().position(|known| *known == name);
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
            .collect();
        pairs.join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_has_one_address() {
        let state = Address::new(vec![
            ("at".into(), "71".into()),
            ("place".into(), "KH-12".into()),
            ("sex".into(), String::new()),
            ("measure".into(), "persons".into()),
        ]);
        assert_eq!(
            state.href("/figures"),
            "/figures?measure=persons&at=71&place=KH-12"
        );
        assert_eq!(
            state.with("at", "9").without("place").query(),
            "measure=persons&at=9"
        );
        assert_eq!(state.only(&[]).href("/"), "/");
        assert_eq!(percent_encode("a b&ខ"), "a%20b%26%E1%9E%81");
    }

    #[test]
    fn an_address_holds_a_value_as_the_api_writes_it() {
        let bare: String = ('\0'..='\u{7f}')
            .filter(|c| percent_encode(&c.to_string()) == c.to_string())
            .collect();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
        assert_eq!(bare, format!(",-./0123456789:{letters}"));
        for (value, encoded) in [
            ("", ""),
            ("2020-12-10T10:00:00+07:00", "2020-12-10T10:00:00%2B07:00"),
            ("100% a&b=c#d?e", "100%25%20a%26b%3Dc%23d%3Fe"),
            (
                "\0\t\n\r!\"'()*;<>@",
                "%00%09%0A%0D%21%22%27%28%29%2A%3B%3C%3E%40",
            ),
            ("§ 495 ក\u{1f54a}", "%C2%A7%20495%20%E1%9E%80%F0%9F%95%8A"),
        ] {
            assert_eq!(percent_encode(value), encoded, "{value:?}");
        }
    }
}
