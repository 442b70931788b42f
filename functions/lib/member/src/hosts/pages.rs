//! What the calls and their answers have in common.

use aws_sdk_ssm::primitives::DateTime;
use jiff::Timestamp;

/// Calls of one kind under way at once: of most, SSM does not publish its rates.
pub(super) const CONCURRENT_CALLS: usize = 5;

/// None for a moment that no calendar has.
pub(super) fn timestamp(moment: DateTime) -> Option<Timestamp> {
    Timestamp::new(moment.secs(), i32::try_from(moment.subsec_nanos()).ok()?).ok()
}

/// Empty is the same as not there.
pub(super) fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
