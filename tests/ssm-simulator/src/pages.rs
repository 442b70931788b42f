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
        let asked = input.get("MaxResults").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        let size = asked.unwrap_or(DEFAULT_SIZE).min(config.page_size.unwrap_or(usize::MAX)).max(1);
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
        let mut rest = items.filter(|item| self.after.is_none_or(|after| item.sequence() > after)).peekable();
        let mut page = Vec::new();
        let mut last = 0;
        for one in rest.by_ref().take(self.size) {
            last = one.sequence();
            page.push(item(one));
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
