//! Client tokens: a repeated request is answered as the first one was.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateMaintenanceWindow.html>: an operation
//! that is retried with other parameters and the same token fails with `IdempotentParameterMismatch`. How long a token
//! is remembered is not documented; here it is for ever, also after the resource is gone, as that is the
//! harder case for a client.

use std::collections::HashMap;

use serde_json::{Map, Value};

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

    pub(crate) fn remember(&mut self, operation: Operation, input: Map<String, Value>, answer: &Value) {
        if let Some(token) = input.get("ClientToken").and_then(Value::as_str) {
            self.0.insert((operation, token.to_owned()), (input, answer.clone()));
        }
    }
}
