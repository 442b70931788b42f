//! The tag by which the solution knows its own windows.

use crate::reader::object;
use crate::text_type::text_type;

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, of which IAM's policy documents take nothing above U+00FF.
macro_rules! of_letters {
    ($longest:literal) => {
        concat!("^[a-zA-ZªµºÀ-ÖØ-öø-ÿ \u{a0}0-9²³¹¼-¾_.:/=+@-]{1,", $longest, "}$")
    };
}

object! {
    /// The tag by which the solution knows its own windows: what does not carry it is never touched (`AddTagsToResource`). The policies of
    /// the member roles name it, so it has only what is allowed there, too.
    OwnerTag, "an object with key and value" {
        /// The tag's key.
        key: TagKey,
        /// The tag's value.
        value: TagValue,
    }
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
