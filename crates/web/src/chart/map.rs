//! Maps: circles on countries, or on the provinces that the operator supplies.
//!
//! Countries are those of assets/world.tsv, made once by deploy/map/project.mjs: Equal Earth, the
//! borders as the United Nations show them. A circle's area goes by the count, so that a small
//! country is seen as well as a large one; a ring around it shows what it might be at most.
//!
//! Never here: reading the operator's file (see [`crate::parts::map_of_provinces`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Item, Tone, escape, scaled};
use crate::text::words::Words;

/// A piece of land: its outline, and where a circle on it stands.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) path: String,
    pub(crate) centre: (f64, f64),
    /// Left, top, right, bottom.
    pub(crate) bounds: [f64; 4],
}

static WORLD: LazyLock<BTreeMap<String, Area>> = LazyLock::new(|| {
    let line = |line: &str| {
        let (alpha3, path) = line.split_once('\t')?;
        let code = rust_iso3166::from_alpha3(alpha3).map_or(alpha3, |country| country.alpha2);
        Some((code.to_owned(), area(path)))
    };
    include_str!("../../assets/world.tsv")
        .lines()
        .filter_map(line)
        .collect()
});

/// Reads an outline of relative whole numbers: the circle stands in the middle of its largest ring.
fn area(path: &str) -> Area {
    let mut best: Option<(f64, [f64; 4])> = None;
    let mut all = EMPTY;
    for ring in path.split('M').skip(1) {
        let (start, steps) = ring
            .trim_end_matches('z')
            .split_once('l')
            .unwrap_or((ring, ""));
        let mut at = (0.0, 0.0);
        let mut bounds = EMPTY;
        let numbers = [numbers(start), numbers(steps)].concat();
        for pair in numbers.chunks_exact(2) {
            if let [x, y] = pair {
                at = (at.0 + x, at.1 + y);
                widen(&mut bounds, at);
            }
        }
        widen(&mut all, (bounds[0], bounds[1]));
        widen(&mut all, (bounds[2], bounds[3]));
        let size = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
        if best.is_none_or(|(other, _)| size > other) {
            best = Some((size, bounds));
        }
    }
    let [left, top, right, bottom] = best.map_or(all, |(_, bounds)| bounds);
    Area {
        path: path.to_owned(),
        centre: (f64::midpoint(left, right), f64::midpoint(top, bottom)),
        bounds: all,
    }
}

const EMPTY: [f64; 4] = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];

/// Widens bounds so that they hold a point.
pub(crate) fn widen(bounds: &mut [f64; 4], (x, y): (f64, f64)) {
    bounds[0] = bounds[0].min(x);
    bounds[1] = bounds[1].min(y);
    bounds[2] = bounds[2].max(x);
    bounds[3] = bounds[3].max(y);
}

/// Reads numbers as outlines write them: parted by blanks, or by a minus sign.
fn numbers(text: &str) -> Vec<f64> {
    let parted = text.replace('-', " -");
    parted
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect()
}

/// Returns the world's countries by ISO 3166-1 alpha-2 code.
pub(crate) fn world() -> &'static BTreeMap<String, Area> {
    &WORLD
}

/// Draws `items`, each by the code of its area; `title` is for those who cannot see it.
///
/// Returns none where no item has an area. What is shown is cut to where the items lie.
pub(crate) fn draw(
    w: &Words,
    title: &str,
    areas: &BTreeMap<String, Area>,
    items: &[(String, Item)],
) -> Option<String> {
    let found: Vec<(&Area, &Item)> = items
        .iter()
        .filter_map(|(code, item)| Some((areas.get(code)?, item)))
        .collect();
    let most = found
        .iter()
        .map(|(_, item)| item.end())
        .max()
        .filter(|most| *most > 0)?;
    let view = view(&found, areas);
    let [left, top, wide, high] = view;
    let mut svg = format!(
        "<svg class=\"map\" viewBox=\"{left:.0} {top:.0} {wide:.0} {high:.0}\" role=\"img\" \
         aria-labelledby=\"map-title\"><title id=\"map-title\">{}</title>",
        escape(title)
    );
    svg.push_str("<path class=\"land\" fill=\"#e7e3d8\" stroke=\"#fff\" d=\"");
    let seen = areas.values().filter(|area| {
        let [l, t, r, b] = area.bounds;
        l <= left + wide && r >= left && t <= top + high && b >= top
    });
    seen.for_each(|area| svg.push_str(&area.path));
    svg.push_str("\"/>");
    let mut ordered = found;
    ordered.sort_by_key(|(_, item)| std::cmp::Reverse(item.end()));
    let largest = wide * 0.055;
    for (area, item) in &ordered {
        svg.push_str(&circle(w, area, item, most, largest, wide));
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// Returns what is shown: where the items lie, with their surroundings.
fn view(found: &[(&Area, &Item)], areas: &BTreeMap<String, Area>) -> [f64; 4] {
    let mut bounds = EMPTY;
    for (area, _) in found {
        widen(&mut bounds, (area.bounds[0], area.bounds[1]));
        widen(&mut bounds, (area.bounds[2], area.bounds[3]));
    }
    let mut whole = EMPTY;
    for area in areas.values() {
        widen(&mut whole, (area.bounds[0], area.bounds[1]));
        widen(&mut whole, (area.bounds[2], area.bounds[3]));
    }
    let (whole_wide, whole_high) = (whole[2] - whole[0], whole[3] - whole[1]);
    let wide = ((bounds[2] - bounds[0]) * 1.5)
        .max(whole_wide * 0.24)
        .min(whole_wide);
    let high = ((bounds[3] - bounds[1]) * 1.3)
        .max(wide * 0.5)
        .min(whole_high.max(wide * 0.4));
    let middle = (
        f64::midpoint(bounds[0], bounds[2]),
        f64::midpoint(bounds[1], bounds[3]),
    );
    [middle.0 - wide / 2.0, middle.1 - high / 2.0, wide, high]
}

fn circle(w: &Words, area: &Area, item: &Item, most: u64, largest: f64, wide: f64) -> String {
    let radius = |n: u64| scaled(n, most, 1.0).sqrt() * largest;
    let (x, y) = area.centre;
    let (sure, _) = Tone::Arrested.colours();
    let mut svg = format!("<g><title>{}</title>", escape(&item.name));
    svg.push_str(&format!(
        "<path class=\"counted\" fill=\"#d9cfbd\" stroke=\"#fff\" d=\"{}\"/>",
        area.path
    ));
    if item.end() > item.count {
        svg.push_str(&format!(
            "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"none\" \
             stroke=\"{sure}\" stroke-dasharray=\"3 2\"/>",
            radius(item.end())
        ));
    }
    let r = radius(item.count);
    svg.push_str(&format!(
        "<circle class=\"sure\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{sure}\" \
         fill-opacity=\".85\"/>"
    ));
    let size = wide * 0.026;
    svg.push_str(&format!(
        "<text class=\"place\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size:.1}\" \
         fill=\"#1d1b17\">{} {}</text></g>",
        x + radius(item.end()) + size * 0.3,
        y + size * 0.35,
        escape(&item.label),
        item.number(w)
    ));
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_has_its_countries_where_they_are() {
        let world = world();
        assert!(world.len() > 170, "{}", world.len());
        let (x, y) = world.get("KH").unwrap().centre;
        let (thai_x, _) = world.get("TH").unwrap().centre;
        let (_, chinese_y) = world.get("CN").unwrap().centre;
        assert!(x > thai_x && y > chinese_y, "{x} {y}");
        assert!(
            world
                .values()
                .all(|area| area.bounds[0] >= 0.0 && area.bounds[2] <= 1_600.0)
        );
    }

    #[test]
    fn outlines_are_relative_numbers() {
        assert_eq!(numbers("3 0-2 1-2-2"), [3.0, 0.0, -2.0, 1.0, -2.0, -2.0]);
        let square = area("M10 10l4 0 0 4-4 0z");
        assert_eq!(square.centre, (12.0, 12.0));
    }
}
