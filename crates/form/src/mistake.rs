//! What is wrong with a form as a form, whatever it says.
//!
//! Never here: what is wrong with an event (`event::admit`).

/// What a form sends that no form of the kind says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// More pairs than [`crate::PAIRS_MAX`].
    #[error("more inputs than a form has")]
    TooMany,
    /// An input that the form of the kind does not have.
    #[error("an input that this form does not have")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// The other members of an object are not a JSON object.
    #[error("not a JSON object without a key twice")]
    NotObject {
        /// The name of the input.
        name: String,
    },
}
