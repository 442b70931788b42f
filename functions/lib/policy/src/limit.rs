//! How many hosts a task runs on at once, and after how many errors it stops.

use crate::text::text_type;

text_type! {
    /// On how many targets a task runs at once (`MaxConcurrency`): a number, `"1"` to `"9999999"`, or `"1%"` to `"100%"`.
    ConcurrencyLimit, "\"1\" to \"9999999\" or \"1%\" to \"100%\", without leading zeros", is_concurrency, r"^([1-9]\d{0,6}|[1-9]\d?%|100%)$"
}

text_type! {
    /// After how many errors a task starts on no more targets (`MaxErrors`): a number, `"0"` to `"9999999"`, or `"0%"` to `"100%"`.
    ErrorLimit, "\"0\" to \"9999999\" or \"0%\" to \"100%\", without leading zeros", is_error_limit, r"^(0|[1-9]\d{0,6}|\d%|[1-9]\d%|100%)$"
}

fn is_concurrency(text: &str) -> bool {
    is_error_limit(text) && !matches!(text, "0" | "0%")
}

/// The pattern of `MaxErrors`, whose length is at most 7.
fn is_error_limit(text: &str) -> bool {
    let (digits, longest) = match text.strip_suffix('%') {
        Some("100") => return true,
        Some(digits) => (digits, 2),
        None => (text, 7),
    };
    (1..=longest).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        Self("100".to_owned())
    }
}

/// A lower one ends a window at its first failing hosts: `1` at the second one, and the hosts on which it was not started stay unpatched.
impl Default for ErrorLimit {
    fn default() -> Self {
        Self("100%".to_owned())
    }
}
