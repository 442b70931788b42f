//! The tag by which the solution knows its own windows.

use crate::reader::{FromNode, Node, Read, read_object};
use crate::text::{is_text, text_type};

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
    TagKey, "1 to 128 letters, digits, spaces and _.:/=+-@, up to U+00FF, not beginning with aws:", is_tag_key, r"^[^\x00-\x1F]{1,128}$"
}

text_type! {
    /// A tag's value (`TagValue`); not empty, as an empty one would be easy to carry by accident.
    TagValue, "1 to 256 letters, digits, spaces and _.:/=+-@, up to U+00FF", is_tag_value, r"^[^\x00-\x1F]{1,256}$"
}

fn is_tag_key(text: &str) -> bool {
    let reserved = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    is_text(text, 1..=128, is_letter_for_iam) && !reserved
}

fn is_tag_value(text: &str) -> bool {
    is_text(text, 1..=256, is_letter_for_iam)
}

/// IAM's policy documents take nothing above U+00FF.
fn is_letter_for_iam(letter: char) -> bool {
    is_tag_letter(letter) && letter <= '\u{ff}'
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
pub(crate) fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric() || (letter.is_whitespace() && !letter.is_control()) || "_.:/=+-@".contains(letter)
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
