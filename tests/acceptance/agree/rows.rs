//! The rows of a figure's table: each leads to the figure of just that row, or nowhere.
//!
//! Never here: what a row counts.

use super::ask::Pairs;
use super::forms::numbers;
use super::parsed::Document;
use crate::client::Client;

/// How many rows of one table are followed.
const FOLLOWED: usize = 12;

/// Follows the rows of a table of one group, and holds each number against that of the figure it leads to;
/// returns how many were followed.
pub(super) fn lead_to_their_figures(client: &Client, page: &Document, pairs: &Pairs) -> usize {
    let groups = pairs.iter().find(|(name, _)| name == "group_by");
    if groups.is_none_or(|(_, groups)| groups.contains(',')) {
        return 0;
    }
    let (mut link, mut followed) = (None, 0);
    for element in page.within("figures") {
        match element.tag.as_str() {
            "a" => link = element.attribute("href").split_once("/figures?"),
            "td" if element.attribute("class") == "n" => {
                let Some((_, query)) = link.take() else {
                    continue;
                };
                let address = format!("/v1/figures?{query}");
                let answer = client.public(&address);
                assert_eq!(
                    answer.status, 200,
                    "{pairs:?} leads to {address}: {}",
                    answer.text
                );
                let count = answer.json()["total"]["count"].as_u64();
                let row = numbers(&element.text).first().copied();
                assert_eq!(count, row, "{pairs:?} leads to {address}");
                followed += 1;
            }
            _ => {}
        }
        if followed == FOLLOWED {
            break;
        }
    }
    followed
}
