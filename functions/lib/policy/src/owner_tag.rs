//! The tag by which the solution knows its own windows.

use crate::reader::{FromNode, Node, Read, read_object};
use crate::text::text_type;

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, of which IAM's policy documents take nothing above U+00FF.
macro_rules! of_letters {
    ($longest:literal) => {
        concat!("^[a-zA-ZªµºÀ-ÖØ-öø-ÿ \u{a0}0-9²³¹¼-¾_.:/=+@-]{1,", $longest, "}$")
    };
}

/// The tag by which the solution knows its own windows: what does not carry it is never touched (`AddTagsToResource`). The policies of
/// the member roles name it, so it has only what is allowed there, too.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct OwnerTag {
    /// The tag's key.
    pub key: TagKey,
    /// The tag's value.
    pub value: TagValue,
}

text_type! {
    /// A tag's key (`TagKey`).
    TagKey, "1 to 128 letters, digits, spaces and _.:/=+-@, up to U+00FF, not beginning with aws:", of_letters!(128), not "^[aA][wW][sS]:"
}

text_type! {
    /// A tag's value (`TagValue`); not empty, as an empty one would be easy to carry by accident.
    TagValue, "1 to 256 letters, digits, spaces and _.:/=+-@, up to U+00FF", of_letters!(256)
}

/// That of the solution whose windows are taken over.
impl Default for OwnerTag {
    fn default() -> Self {
        Self { key: TagKey("createdBy".to_owned()), value: TagValue("SRA_Patch_Management".to_owned()) }
    }
}

impl FromNode for OwnerTag {
    const EXPECTED: &'static str = "an object with key and value";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            key: object.required("key"),
            value: object.required("value"),
        })
    }
}
