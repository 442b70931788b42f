//! Regions and accounts that a service control policy denies.

use crate::reader::choice;

choice! {
    /// What becomes of a Region, or an account, that a service control policy denies.
    OnRegionDenied in "lowercase", "skip or fail" {
        /// It is skipped and named in the report: nothing runs there that would have to be patched by this policy.
        #[default]
        Skip,
        /// It fails, and the account with it.
        Fail,
    }
}
