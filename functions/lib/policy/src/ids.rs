//! Identifiers that AWS hands out, parsed once and valid from then on.

use crate::text_type::text_type;

text_type! {
    /// An AWS account's id: 12 digits.
    AccountId, "12 digits, such as \"111122223333\"", "^[0-9]{12}$"
}

text_type! {
    /// A Region's code: `eu-west-1`, `us-gov-east-1`. Whether the Region exists, and whether an account has enabled it, is for
    /// `account:ListRegions` to say.
    Region, "a Region's code, such as \"eu-west-1\"", "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$"
}

text_type! {
    /// A run's id, which is its execution's name: 1 to 80 letters, digits, `-` and `_` (the names of Step Functions that need no
    /// escaping in an object key).
    RunId, "1 to 80 letters, digits, - and _", "^[a-zA-Z0-9_-]{1,80}$"
}

text_type! {
    /// The id of an organizational unit, `ou-ab12-12345678`, or of the organization's root, `r-ab12`.
    OrganizationalUnitId, "an organizational unit's id, such as \"ou-ab12-12345678\", or the root's, such as \"r-ab12\"",
    // The patterns of `ListAccountsForParent` and `ListRoots` in the Organizations API.
    "^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$"
}

impl OrganizationalUnitId {
    /// Whether it is the root's, and no unit's.
    pub fn is_root(&self) -> bool {
        self.0.starts_with("r-")
    }
}
