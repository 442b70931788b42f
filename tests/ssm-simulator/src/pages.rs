//! Answers in pages, as small as a test wants them.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeMaintenanceWindows.html>: "If there are
//! no additional items to return, the string is empty."

use serde_json::{Map, Value};

use crate::config::Config;
use crate::error::ServiceError;

const DEFAULT_SIZE: usize = 50;

/// What can be listed: each item knows its place in the order of creation, so that a page can begin after it.
pub(crate) trait Listed {
    fn sequence(&self) -> u64;
}

/// Where a page begins, and how much it holds.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    after: Option<u64>,
    size: usize,
    config: &'a Config,
}

impl<'a> Page<'a> {
    pub(crate) fn asked_for(input: &Map<String, Value>, config: &'a Config) -> Result<Self, ServiceError> {
        Self::of_size(input, config, DEFAULT_SIZE)
    }

    /// For operations that refuse a token with a code of their own.
    pub(crate) fn with_own_code(
        input: &Map<String, Value>,
        config: &'a Config,
        default_size: usize,
    ) -> Result<Self, ServiceError> {
        let refusal = |_| ServiceError::new("InvalidNextToken", "The specified token isn't valid.");
        Self::of_size(input, config, default_size).map_err(refusal)
    }

    fn of_size(input: &Map<String, Value>, config: &'a Config, default: usize) -> Result<Self, ServiceError> {
        let asked = input.get("MaxResults").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        let size = asked.unwrap_or(default).min(config.page_size.unwrap_or(usize::MAX)).max(1);
        let after = match input.get("NextToken").and_then(Value::as_str) {
            None | Some("") => None,
            Some(token) => Some(decode(token)?),
        };
        Ok(Self { after, size, config })
    }

    /// Answers with the items of this page, which `item` turns into JSON, and the token of the next one.
    pub(crate) fn answer<'i, T: Listed + 'i>(
        &self,
        member: &str,
        items: impl Iterator<Item = &'i mut T>,
        mut item: impl FnMut(&mut T) -> Value,
    ) -> Value {
        let by_position = self.config.pages_by_position;
        let place = |(position, item): &(u64, &mut T)| if by_position { *position } else { item.sequence() };
        let mut rest = (1..).zip(items).filter(|one| self.after.is_none_or(|after| place(one) > after)).peekable();
        let mut page = Vec::new();
        let mut last = 0;
        for one in rest.by_ref().take(self.size) {
            last = place(&one);
            page.push(item(one.1));
        }
        let mut answer = Map::new();
        answer.insert(member.to_owned(), Value::Array(page));
        if rest.peek().is_some() {
            answer.insert("NextToken".to_owned(), Value::String(encode(last)));
        } else if self.config.empty_last_token {
            answer.insert("NextToken".to_owned(), Value::String(String::new()));
        }
        Value::Object(answer)
    }
}

const MASK: u64 = 0x5a17_c3e9_4d2b_8f60;

/// The mask keeps a client from taking the token for a number.
fn encode(sequence: u64) -> String {
    format!("AAEAA{:016x}", sequence ^ MASK)
}

fn decode(token: &str) -> Result<u64, ServiceError> {
    token
        .strip_prefix("AAEAA")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .map(|number| number ^ MASK)
        .ok_or_else(|| ServiceError::validation("The specified NextToken is not valid"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::operation::Operation;
    use crate::testing::{Region, a_window, with};

    fn region_with_windows(count: usize) -> Region {
        let mut region = Region::new();
        for number in 0..count {
            region.ok(
                Operation::CreateMaintenanceWindow,
                with(a_window(), json!({ "Name": format!("window-{number}") })),
            );
        }
        region
    }

    #[test]
    fn small_pages_hold_every_item_once() {
        let mut region = region_with_windows(5);
        region.config.page_size = Some(2);
        let (mut names, mut sizes, mut input) = (Vec::new(), Vec::new(), json!({}));
        loop {
            let page = region.ok(Operation::DescribeMaintenanceWindows, input);
            let windows = page["WindowIdentities"].as_array().unwrap();
            names.extend(windows.iter().map(|window| window["Name"].as_str().unwrap().to_owned()));
            sizes.push(windows.len());
            match page["NextToken"].as_str().unwrap() {
                "" => break,
                token => input = json!({ "NextToken": token }),
            }
        }
        assert_eq!(sizes, [2, 2, 1]);
        assert_eq!(names, ["window-0", "window-1", "window-2", "window-3", "window-4"]);
    }

    #[test]
    fn a_last_page_can_be_without_a_token() {
        let mut region = region_with_windows(1);
        region.config.empty_last_token = false;
        let page = region.ok(Operation::DescribeMaintenanceWindows, json!({}));
        assert!(page.get("NextToken").is_none());
    }

    #[test]
    fn a_window_that_is_deleted_between_two_pages_hides_no_other() {
        let mut region = region_with_windows(3);
        region.config.page_size = Some(1);
        let first = region.ok(Operation::DescribeMaintenanceWindows, json!({}));
        let gone = json!({ "WindowId": first["WindowIdentities"][0]["WindowId"] });
        region.ok(Operation::DeleteMaintenanceWindow, gone);
        let second = region.ok(Operation::DescribeMaintenanceWindows, json!({ "NextToken": first["NextToken"] }));
        assert_eq!(second["WindowIdentities"][0]["Name"], "window-1");
    }

    #[test]
    fn with_pages_by_position_a_deleted_window_hides_another() {
        let mut region = region_with_windows(3);
        (region.config.page_size, region.config.pages_by_position) = (Some(1), true);
        let first = region.ok(Operation::DescribeMaintenanceWindows, json!({}));
        let gone = json!({ "WindowId": first["WindowIdentities"][0]["WindowId"] });
        region.ok(Operation::DeleteMaintenanceWindow, gone);
        let second = region.ok(Operation::DescribeMaintenanceWindows, json!({ "NextToken": first["NextToken"] }));
        assert_eq!(second["WindowIdentities"][0]["Name"], "window-2");
    }

    #[test]
    fn a_token_that_was_never_given_out_is_refused() {
        let refused =
            region_with_windows(1).refused(Operation::DescribeMaintenanceWindows, json!({ "NextToken": "2" }));
        assert_eq!(refused.code, "ValidationException");
    }
}
