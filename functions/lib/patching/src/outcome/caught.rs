//! What Step Functions hands to a Catch.

use serde::Deserialize;

/// An error that was caught.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    /// Its name.
    pub error: String,
    /// A function states its error as JSON; others as text, or not at all.
    #[serde(default)]
    pub cause: String,
}
