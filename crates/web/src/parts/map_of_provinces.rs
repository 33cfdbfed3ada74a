//! The operator's map of provinces: GeoJSON (RFC 7946) keyed by ISO 3166-2 code, read at the start
//! and kept as outlines.
//!
//! Start at [`Provinces::load`]. How the file looks: docs/guides/page.md, A map of provinces.
//!
//! Never here: what is drawn on it (see [`crate::chart::map`]).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::chart::map::{Area, widen};
use crate::site::PagesError;

/// Outlines by ISO 3166-2 code, in one box for each country.
#[derive(Debug)]
pub(crate) struct Provinces {
    /// By country, then by province.
    countries: BTreeMap<String, BTreeMap<String, Area>>,
}

/// The properties that may hold the code, in the order in which they are looked for.
const CODES: &[&str] = &["iso_3166_2", "shapeISO", "ISO_1", "code", "id"];

/// The width of the box that a country's outlines are drawn in, in units.
const WIDTH: f64 = 1_600.0;

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(default)]
    properties: serde_json::Map<String, serde_json::Value>,
    geometry: Geometry,
}

type Ring = Vec<Vec<f64>>;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

impl Provinces {
    /// Reads `provinces.geojson` of a folder; none where there is no such file.
    ///
    /// # Errors
    /// [`PagesError::Provinces`] when it is not what it should be.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>, PagesError> {
        let path = folder.join("provinces.geojson");
        let wrong = |why: String| PagesError::Provinces {
            path: path.clone(),
            why,
        };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        Self::parse(&text).map(Some).map_err(wrong)
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let collection: Collection =
            serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut rings: BTreeMap<String, BTreeMap<String, Vec<Ring>>> = BTreeMap::new();
        for feature in collection.features {
            let code = code(&feature).ok_or_else(|| {
                format!(
                    "a feature has no ISO 3166-2 code as its id or in {}",
                    CODES.join(", ")
                )
            })?;
            let (country, _) = code.split_once('-').unwrap_or((&code, ""));
            let country = country.to_owned();
            let outlines = match feature.geometry {
                Geometry::Polygon(rings) => rings,
                Geometry::MultiPolygon(polygons) => polygons.into_iter().flatten().collect(),
            };
            let provinces = rings.entry(country).or_default();
            provinces.entry(code).or_default().extend(outlines);
        }
        let countries = rings
            .into_iter()
            .map(|(country, provinces)| (country, projected(&provinces)))
            .collect();
        Ok(Self { countries })
    }

    /// Returns the provinces of a country.
    pub(crate) fn of(&self, country: &str) -> Option<&BTreeMap<String, Area>> {
        self.countries.get(country)
    }
}

fn code(feature: &Feature) -> Option<String> {
    let is_code = |text: &&str| rust_iso3166::iso3166_2::from_code(text).is_some();
    let own = feature.id.as_str();
    let named = CODES
        .iter()
        .filter_map(|name| feature.properties.get(*name)?.as_str());
    own.into_iter()
        .chain(named)
        .find(is_code)
        .map(ToOwned::to_owned)
}

/// Draws a country's provinces in one box: equirectangular, true at its middle latitude, which for
/// one country is as good as any projection.
fn projected(provinces: &BTreeMap<String, Vec<Ring>>) -> BTreeMap<String, Area> {
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for point in provinces.values().flatten().flatten() {
        if let [x, y, ..] = point.as_slice() {
            widen(&mut bounds, (*x, *y));
        }
    }
    let narrower = f64::midpoint(bounds[1], bounds[3]).to_radians().cos();
    let scale = WIDTH / ((bounds[2] - bounds[0]) * narrower).max(1e-9);
    let place = |x: f64, y: f64| {
        (
            ((x - bounds[0]) * narrower * scale).round(),
            ((bounds[3] - y) * scale).round(),
        )
    };
    provinces
        .iter()
        .map(|(code, rings)| (code.clone(), outlined(rings, place)))
        .collect()
}

/// Writes outlines in whole units, leaving out what falls together at that size.
fn outlined(rings: &[Ring], place: impl Fn(f64, f64) -> (f64, f64)) -> Area {
    let mut path = String::new();
    let mut all = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let mut best: Option<(f64, (f64, f64))> = None;
    for ring in rings {
        let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let mut last = None;
        for point in ring {
            let [x, y, ..] = point.as_slice() else {
                continue;
            };
            let at = place(*x, *y);
            widen(&mut bounds, at);
            if last == Some(at) {
                continue;
            }
            path.push_str(if last.is_none() { "M" } else { "L" });
            path.push_str(&format!("{} {}", at.0, at.1));
            last = Some(at);
        }
        path.push('z');
        widen(&mut all, (bounds[0], bounds[1]));
        widen(&mut all, (bounds[2], bounds[3]));
        let size = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
        let centre = (
            f64::midpoint(bounds[0], bounds[2]),
            f64::midpoint(bounds[1], bounds[3]),
        );
        if best.is_none_or(|(other, _)| size > other) {
            best = Some((size, centre));
        }
    }
    Area {
        path,
        centre: best.map_or((0.0, 0.0), |(_, centre)| centre),
        bounds: all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_are_keyed_by_their_code() {
        let text = br#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "id": "KH-12", "properties": {}, "geometry": {"type": "Polygon",
             "coordinates": [[[104, 11], [105, 11], [105, 12], [104, 12], [104, 11]]]}},
            {"type": "Feature", "properties": {"shapeISO": "KH-2"}, "geometry":
             {"type": "MultiPolygon", "coordinates":
              [[[[102, 13], [103, 13], [103, 14], [102, 13]]]]}}]}"#;
        let provinces = Provinces::parse(text).unwrap();
        let cambodia = provinces.of("KH").unwrap();
        let (west, _) = cambodia.get("KH-2").unwrap().centre;
        let (east, south) = cambodia.get("KH-12").unwrap().centre;
        assert!(west < east && south > 0.0);
        assert!(cambodia.get("KH-12").unwrap().path.starts_with('M'));
    }

    #[test]
    fn a_province_without_a_code_is_named() {
        let text = br#"{"features": [{"properties": {"name": "North"}, "geometry":
            {"type": "Polygon", "coordinates": []}}]}"#;
        assert!(Provinces::parse(text).unwrap_err().contains("ISO 3166-2"));
    }
}
