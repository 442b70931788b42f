//! The JSON schemas that are made from types and kept as files.

use crate::{read, root};

/// Compares the file with what the types say; with `UPDATE_SCHEMA` set writes it.
///
/// # Panics
///
/// When the file says something else, or cannot be written.
pub fn is_up_to_date(file: &str, made: &schemars::Schema) {
    let made = serde_json::to_string_pretty(made).unwrap_or_default() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(root().join(file), &made).unwrap_or_else(|why| panic!("{file}: {why}"));
    }
    assert!(read(file) == made, "{file} is not up to date: UPDATE_SCHEMA=1 cargo test -p workflow the_schema_is");
}
