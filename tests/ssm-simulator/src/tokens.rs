//! Client tokens: a repeated request is answered as the first one was.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html>: an operation
//! that is retried with other parameters and the same token fails with `IdempotentParameterMismatch`. How long a token
//! is remembered is not documented; here it is for ever, also after the resource is gone, or not at all
//! ([`Config::forget_client_tokens`](crate::Config::forget_client_tokens)): the two harder cases for a client.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::config::Config;
use crate::error::ServiceError;
use crate::operation::Operation;

#[derive(Debug, Default)]
pub(crate) struct Tokens(HashMap<(Operation, String), (Map<String, Value>, Value)>);

impl Tokens {
    /// The answer that this token got before, if it did.
    pub(crate) fn recall(
        &self,
        operation: Operation,
        input: &Map<String, Value>,
    ) -> Result<Option<Value>, ServiceError> {
        let Some(token) = input.get("ClientToken").and_then(Value::as_str) else { return Ok(None) };
        match self.0.get(&(operation, token.to_owned())) {
            None => Ok(None),
            Some((parameters, answer)) if parameters == input => Ok(Some(answer.clone())),
            Some(_) => Err(ServiceError::new(
                "IdempotentParameterMismatch",
                "The parameters do not match those of the original call with the same client token",
            )),
        }
    }

    pub(crate) fn remember(
        &mut self,
        config: &Config,
        operation: Operation,
        input: Map<String, Value>,
        answer: &Value,
    ) {
        if config.forget_client_tokens {
            return;
        }
        if let Some(token) = input.get("ClientToken").and_then(Value::as_str) {
            self.0.insert((operation, token.to_owned()), (input, answer.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Region, a_target, a_task, a_window, id, with};

    #[test]
    fn the_same_token_with_the_same_parameters_gets_the_same_answer() {
        let mut region = Region::new();
        let request = with(a_window(), json!({ "ClientToken": "once" }));
        let first = region.ok(Operation::CreateMaintenanceWindow, request.clone());
        let second = region.ok(Operation::CreateMaintenanceWindow, request);
        assert_eq!(first, second);
        let all = region.ok(Operation::DescribeMaintenanceWindows, json!({}));
        assert_eq!(all["WindowIdentities"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn the_same_token_with_other_parameters_is_refused() {
        let mut region = Region::new();
        region.ok(Operation::CreateMaintenanceWindow, with(a_window(), json!({ "ClientToken": "once" })));
        let other = with(a_window(), json!({ "ClientToken": "once", "Duration": 7 }));
        assert_eq!(region.refused(Operation::CreateMaintenanceWindow, other).code, "IdempotentParameterMismatch");
    }

    #[test]
    fn a_token_is_remembered_after_its_window_is_gone() {
        let mut region = Region::new();
        let request = with(a_window(), json!({ "ClientToken": "once" }));
        let answer = region.ok(Operation::CreateMaintenanceWindow, request.clone());
        region.ok(Operation::DeleteMaintenanceWindow, answer.clone());
        assert_eq!(region.ok(Operation::CreateMaintenanceWindow, request), answer);
        let gone = json!({ "WindowId": answer["WindowId"] });
        assert_eq!(region.refused(Operation::GetMaintenanceWindow, gone).code, "DoesNotExistException");
    }

    #[test]
    fn targets_and_tasks_have_tokens_of_their_own() {
        let mut region = Region::new();
        let window = id(&region.ok(Operation::CreateMaintenanceWindow, a_window()), "WindowId");
        let target = with(a_target(&window), json!({ "ClientToken": "once" }));
        let first = region.ok(Operation::RegisterTargetWithMaintenanceWindow, target.clone());
        assert_eq!(region.ok(Operation::RegisterTargetWithMaintenanceWindow, target), first);
        let task = with(a_task(&window, &id(&first, "WindowTargetId")), json!({ "ClientToken": "once" }));
        let first = region.ok(Operation::RegisterTaskWithMaintenanceWindow, task.clone());
        assert_eq!(region.ok(Operation::RegisterTaskWithMaintenanceWindow, task.clone()), first);
        let other = with(task, json!({ "Priority": 5 }));
        let refused = region.refused(Operation::RegisterTaskWithMaintenanceWindow, other);
        assert_eq!(refused.code, "IdempotentParameterMismatch");
    }

    #[test]
    fn a_token_can_be_forgotten_at_once() {
        let mut region = Region::new();
        region.config.forget_client_tokens = true;
        let request = with(a_window(), json!({ "ClientToken": "once" }));
        let first = region.ok(Operation::CreateMaintenanceWindow, request.clone());
        assert_ne!(region.ok(Operation::CreateMaintenanceWindow, request), first);
    }

    #[test]
    fn without_a_token_every_call_creates() {
        let mut region = Region::new();
        let first = region.ok(Operation::CreateMaintenanceWindow, a_window());
        assert_ne!(region.ok(Operation::CreateMaintenanceWindow, a_window()), first);
    }
}
