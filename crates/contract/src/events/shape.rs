//! The shapes of texts as patterns (ECMA-262).
//!
//! A pattern takes every text that the check takes; where the check knows more (the calendar, ISO 3166), it takes
//! others too.

use event::Shape;
use serde_json::{Value, json};

/// An organisation.
pub(crate) const ORG: &str = "^[a-z0-9][a-z0-9-]{1,31}$";
/// A case or a person.
pub(crate) const SCOPED: &str = "^[a-z0-9][a-z0-9-]{1,31}:[A-Za-z0-9._~-]{1,64}$";
/// A UUID.
pub(crate) const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/// An RFC 3339 instant.
pub(crate) const INSTANT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
/// A date or an interval of the EDTF subset.
pub(super) const DATE: &str = "^((\\.\\./)?[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?[?~%]?|[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?[?~%]?/(\\.\\.|[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?[?~%]?))$";
/// A country or subdivision by the shape of its code.
pub(super) const PLACE: &str = "^[A-Z]{2}(-[A-Z0-9]{1,3})?$";
/// A language by the shape of its tag.
pub(super) const LANG: &str = "^([A-Za-z]{2,8}|x-[A-Za-z]{1,8})(-[A-Za-z0-9]{1,8})*$";

const DAY: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const CURRENCY: &str = "^[A-Z]{3}$";
const DURATION: &str = "^P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$";
const TERM: &str = "^(life|P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?)$";
const CHARGE: &str = "^[a-z0-9][a-z0-9-]{1,31}:[A-Za-z0-9._~-]{1,64}/[A-Za-z0-9._~-]{1,64}$";
const SHA256: &str = "^[0-9a-f]{64}$";
const URL: &str = "^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]";

/// Returns the schema of a shape.
pub(super) fn schema(shape: Shape) -> Value {
    let pattern = match shape {
        Shape::Day => DAY,
        Shape::Instant => INSTANT,
        Shape::Currency => CURRENCY,
        Shape::Duration => DURATION,
        Shape::Term => TERM,
        Shape::Source => {
            return json!({"type": "string", "minLength": 1, "format": "uri-reference"});
        }
        Shape::EventId => UUID,
        Shape::ChargeId => CHARGE,
        Shape::PersonId | Shape::CaseId => SCOPED,
        Shape::OrgId => ORG,
        Shape::Sha256 => SHA256,
        Shape::Lang => LANG,
        Shape::Url => URL,
    };
    json!({"type": "string", "pattern": pattern})
}
