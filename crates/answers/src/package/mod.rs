//! The texts of a data package: what is in it, what each column says, how it is cited and checked.
//!
//! Start at [`descriptor`]. Source of the format: Data Package 2.0 (datapackage.org), Citation File Format 1.2.0.
//!
//! Never here: the rows, and the zip.

mod code_book;
mod descriptor;
mod record;
mod texts;

pub use code_book::{code_book, code_lists};
pub use descriptor::{Resource, descriptor};
pub use record::RecordLines;
pub use texts::{citation, readme};

use event::{Day, Position};

/// The licence of the data, as the operator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Its name: an SPDX id such as `CC-BY-4.0`, or words.
    pub name: String,
    /// Where it stands.
    pub url: Option<String>,
}

/// What a package is of.
#[derive(Clone, Debug)]
pub struct PackageFacts {
    /// The name of the log.
    pub origin: String,
    /// R.
    pub position: Position,
    /// The root of the history at R, in base64.
    pub root: String,
    /// D of what is counted on a day.
    pub on: Option<Day>,
    /// The position of the last act that hid something from the scope.
    pub hidden_through: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub left_out: Option<u64>,
    /// For whom it was made: what may be seen.
    pub scope: String,
    /// The `receivedtime` of the last position; none of an empty log.
    pub received: Option<String>,
    /// The address that gives the package again.
    pub address: String,
    /// The organisations that have asserted something that may be seen, sorted.
    pub organisations: Vec<String>,
    /// The licence of the data; none where the operator says none.
    pub licence: Option<Licence>,
}

impl PackageFacts {
    /// Returns the day of the last position; none of an empty log.
    fn released(&self) -> Option<&str> {
        self.received
            .as_deref()
            .and_then(|received| received.get(..10))
    }

    /// Returns the title.
    fn title(&self) -> String {
        format!(
            "Record of {} as known at position {}",
            self.origin, self.position
        )
    }
}
