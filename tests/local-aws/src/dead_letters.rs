//! What the dead-letter queue holds.

use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message};
use serde_json::Value;

use crate::error::{During, Result};
use crate::local_aws::LocalAws;

const STEP: &str = "reading the dead-letter queue";

/// A message about something that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// A valid execution input for just what failed.
    pub input: Value,
    /// The message attributes: run, step, error, cause.
    pub attributes: HashMap<String, String>,
}

impl DeadLetter {
    /// A message attribute, or an empty string.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn read(message: &Message) -> Self {
        let body = message.body().unwrap_or_default();
        Self {
            input: serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())),
            attributes: message
                .message_attributes()
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.clone(), value.string_value()?.to_owned())))
                .collect(),
        }
    }
}

impl LocalAws {
    /// What the dead-letter queue holds; it stays there.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when SQS refuses.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        peek(&self.clients.sqs(), &self.deployment()?.dead_letter_queue).await
    }
}

async fn peek(client: &Client, queue: &str) -> Result<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    let mut handles = Vec::new();
    loop {
        let received = client
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(10)
            .visibility_timeout(60)
            .message_attribute_names("All")
            .send()
            .await
            .during(STEP)?;
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        letters.extend(messages.iter().map(DeadLetter::read));
        handles.extend(messages.into_iter().filter_map(|message| message.receipt_handle));
    }
    for (number, handles) in handles.chunks(10).enumerate() {
        let mut request = client.change_message_visibility_batch().queue_url(queue);
        for (index, handle) in handles.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(format!("message-{number}-{index}"))
                .receipt_handle(handle)
                .visibility_timeout(0)
                .build()
                .during(STEP)?;
            request = request.entries(entry);
        }
        request.send().await.during(STEP)?;
    }
    Ok(letters)
}
