//! What CloudFormation is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use strum::IntoStaticStr;

use super::addressee::{Addressee, NOT_BEGUN};

/// The most bytes that CloudFormation takes.
const MOST_BYTES: usize = 4096;
/// The most bytes of a line of the reason and of an attribute: one of them alone must not use up the answer.
const MOST_BYTES_OF_A_TEXT: usize = 1000;

/// What CloudFormation is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: AnswerStatus,
    reason: Option<Reason>,
    data: BTreeMap<&'static str, String>,
    begun: bool,
}

/// Whether the stack goes on or is rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "UPPERCASE")]
pub enum AnswerStatus {
    /// It goes on.
    Success,
    /// It is rolled back.
    Failed,
}

/// An answer as it is sent, and as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether the stack goes on.
    #[serde(rename = "decidedStatus")]
    pub status: AnswerStatus,
    /// The JSON.
    #[serde(rename = "decided")]
    pub body: String,
}

/// Why something failed: a line, and the things that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// What stands first, and is kept when the rest is cut.
    pub summary: String,
    /// One line each; the last ones are cut when there are too many.
    pub items: Vec<String>,
    /// How many items there are beside these.
    pub unlisted: usize,
}

/// The resource's attributes (`Fn::GetAtt`). A template that asks for one that is not answered fails, so all of them always are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Accounts that are as they should be.
    pub succeeded: usize,
    /// Accounts that are not.
    pub failed: usize,
    /// Accounts left out.
    pub skipped: usize,
    /// Where the report is, as an `s3://` address, when there is one.
    pub report: Option<String>,
    /// The execution's ARN, when there is one.
    pub execution_arn: Option<String>,
}

impl Answer {
    /// All is well.
    pub fn success(attributes: Attributes) -> Self {
        let or_none = |value: Option<String>| cut(&value.unwrap_or_else(|| "none".to_owned()));
        let data = BTreeMap::from([
            ("Succeeded", attributes.succeeded.to_string()),
            ("Failed", attributes.failed.to_string()),
            ("Skipped", attributes.skipped.to_string()),
            ("Report", or_none(attributes.report)),
            ("ExecutionArn", or_none(attributes.execution_arn)),
        ]);
        Self { status: AnswerStatus::Success, reason: None, data, begun: true }
    }

    /// All is as well as it has to be: single accounts that failed do not keep a stack from being deleted.
    pub fn success_in_spite_of(attributes: Attributes, reason: &str) -> Self {
        let mut answer = Self::success(attributes);
        answer.data.insert("Reason", cut(reason));
        answer
    }

    /// The stack is to be rolled back.
    pub fn failed(reason: Reason) -> Self {
        Self { status: AnswerStatus::Failed, reason: Some(reason), data: BTreeMap::new(), begun: true }
    }

    /// A creation that failed before anything was done in any account.
    pub fn not_begun(reason: Reason) -> Self {
        Self { begun: false, ..Self::failed(reason) }
    }

    /// The JSON that is sent, of at most 4,096 bytes: what does not fit of the reason is counted instead.
    pub fn to(&self, addressee: &Addressee) -> Decided {
        let items = self.reason.as_ref().map_or(0, |reason| reason.items.len());
        let mut bodies = (0..=items).rev().map(|shown| self.body(addressee, shown, &self.data));
        let fits = bodies.find(|body| body.len() <= MOST_BYTES);
        let body = fits.unwrap_or_else(|| self.body(addressee, 0, &BTreeMap::new()));
        Decided { status: self.status, body }
    }

    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>
    fn body(&self, to: &Addressee, shown: usize, data: &BTreeMap<&'static str, String>) -> String {
        let mut body = json!({
            "Status": self.status,
            "PhysicalResourceId": if self.begun { &to.physical_resource_id } else { NOT_BEGUN },
            "StackId": to.stack_id,
            "RequestId": to.request_id,
            "LogicalResourceId": to.logical_resource_id,
        });
        if let Some(reason) = &self.reason {
            body["Reason"] = reason.text(shown).into();
        }
        if !data.is_empty() {
            body["Data"] = json!(data);
        }
        body.to_string()
    }
}

impl Reason {
    /// The text's first line, and an item for each of the others.
    pub fn of_text(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let summary = lines.next().unwrap_or("no reason was given").to_owned();
        Self { summary, items: lines.map(ToOwned::to_owned).collect(), unlisted: 0 }
    }

    fn text(&self, shown: usize) -> String {
        let more = self.items.len().saturating_sub(shown) + self.unlisted;
        let items = self.items.iter().take(shown).map(|item| format!("\n  {}", cut(item)));
        let rest = (more > 0).then(|| format!("\n  … ({more} more)"));
        std::iter::once(cut(&self.summary)).chain(items).chain(rest).collect()
    }
}

/// Cuts where the text gets too long, in the bytes that it has in JSON.
fn cut(text: &str) -> String {
    let mut bytes = 0;
    let end = text.char_indices().find(|(_, letter)| {
        bytes += match letter {
            '"' | '\\' => 2,
            letter if letter.is_ascii_control() => 6,
            letter => letter.len_utf8(),
        };
        bytes > MOST_BYTES_OF_A_TEXT
    });
    end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str};

    use super::*;
    use crate::stack_answer::ResponseUrl;

    fn addressee() -> Addressee {
        Addressee {
            response_url: ResponseUrl::new("https://bucket/key?X-Amz-Signature=secret"),
            stack_id: format!("arn:aws:cloudformation:us-east-1:111122223333:stack/{}/id", "s".repeat(128)),
            request_id: "5d478078-13e9-baf0-464a-7ef285ecc786".into(),
            logical_resource_id: "Rollout".into(),
            physical_resource_id: "patch-manager-rollout".into(),
        }
    }

    fn sent(answer: &Answer) -> Value {
        let Decided { body, .. } = answer.to(&addressee());
        assert!(body.len() <= MOST_BYTES, "{} bytes", body.len());
        assert!(!body.contains("secret"));
        from_str(&body).unwrap()
    }

    #[test]
    fn a_success_has_all_attributes_whatever_is_known() {
        let to = addressee();
        let attributes = Attributes { succeeded: 3, report: Some("s3://b/k".into()), ..Attributes::default() };
        assert_eq!(
            sent(&Answer::success(attributes)),
            json!({
                "Status": "SUCCESS", "PhysicalResourceId": to.physical_resource_id, "StackId": to.stack_id,
                "RequestId": to.request_id, "LogicalResourceId": to.logical_resource_id,
                "Data": {"Succeeded": "3", "Failed": "0", "Skipped": "0", "Report": "s3://b/k", "ExecutionArn": "none"}
            })
        );
    }

    #[test]
    fn a_failure_has_a_reason_with_a_line_for_each_item() {
        let answer = sent(&Answer::failed(Reason::of_text("the policy has 2 problems:\n  first\n  second\n")));
        assert_eq!(answer["Status"], "FAILED");
        assert_eq!(answer["Reason"], "the policy has 2 problems:\n  first\n  second");
        assert_eq!(answer.get("Data"), None);
    }

    #[test]
    fn what_does_not_fit_is_counted_together_with_what_was_not_listed() {
        let items = (0..100).map(|number| format!("{number}: {}", "\"ä\"".repeat(20))).collect();
        let answer = sent(&Answer::failed(Reason { summary: "much is wrong:".into(), items, unlisted: 7 }));
        let reason = answer["Reason"].as_str().unwrap();
        let shown = reason.lines().count() - 2;
        assert!((10..100).contains(&shown), "{shown}");
        assert!(reason.ends_with(&format!("\n  … ({} more)", 107 - shown)), "{reason}");
    }

    #[test]
    fn a_text_without_end_is_cut_whatever_is_in_it() {
        for text in ["x".repeat(100_000), "\u{1}".repeat(100_000), "😀".repeat(100_000)] {
            let failed = sent(&Answer::failed(Reason::of_text(&text)));
            assert!(failed["Reason"].as_str().unwrap().starts_with(&text[..4]));
            let attributes = Attributes { report: Some(text.clone()), ..Attributes::default() };
            sent(&Answer::success_in_spite_of(attributes, &text));
        }
    }

    #[test]
    fn a_reason_is_never_empty() {
        assert_eq!(sent(&Answer::failed(Reason::of_text(" \n")))["Reason"], "no reason was given");
    }
}
