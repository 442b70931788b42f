//! The service model as botocore writes it.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde_json::Number;

use super::ModelError;

#[derive(Deserialize)]
pub(super) struct RawModel {
    pub(super) operations: HashMap<String, RawOperation>,
    pub(super) shapes: HashMap<String, RawShape>,
}

#[derive(Deserialize)]
pub(super) struct RawOperation {
    pub(super) input: Option<Reference>,
    pub(super) output: Option<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) shape: String,
    location_name: Option<String>,
    query_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawShape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) members: BTreeMap<String, Reference>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) member: Option<Reference>,
    pub(super) key: Option<Reference>,
    pub(super) value: Option<Reference>,
    min: Option<Number>,
    max: Option<Number>,
    pub(super) pattern: Option<String>,
    #[serde(rename = "enum", default)]
    pub(super) allowed: Vec<String>,
    #[serde(default)]
    pub(super) sensitive: bool,
}

impl RawModel {
    pub(super) fn read(path: &Path) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::Unreadable { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).map_err(unreadable)?;
        serde_json::from_str(&text).map_err(|source| ModelError::Malformed { path: path.to_owned(), source })
    }
}

impl RawShape {
    /// The bounds of whole numbers, lengths and counts; numbers that are not whole have others, which nobody sends.
    pub(super) fn bounds(&self) -> (Option<i64>, Option<i64>) {
        let whole = |bound: &Option<Number>| bound.as_ref().and_then(Number::as_i64);
        (whole(&self.min), whole(&self.max))
    }
}

/// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html#query-key-resolution>
impl Reference {
    pub(super) fn in_query(&self, member: &str) -> String {
        if let Some(name) = &self.query_name {
            return name.clone();
        }
        let mut name = self.in_xml(member);
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        name
    }

    pub(super) fn in_xml(&self, member: &str) -> String {
        self.location_name.clone().unwrap_or_else(|| member.to_owned())
    }
}
