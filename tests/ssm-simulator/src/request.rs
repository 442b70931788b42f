//! A request as it came, and the answer in the protocol in which it was asked.

use serde_json::Value;

use crate::error::ServiceError;
use crate::operation::{Operation, Service};
use crate::protocol::{self, HttpResponse};
use crate::query::{self, Form};
use crate::shared::Shared;
use crate::state::Answer;

/// The body of a request for an operation that is answered here.
pub(crate) enum Request {
    Json(Value),
    Form(Form),
}

impl Request {
    /// With the names that the service's model has.
    pub(crate) fn into_input(self, shared: &Shared, operation: Operation) -> Answer {
        match self {
            Self::Json(body) => Ok(body),
            Self::Form(form) => {
                let model = shared.model_of(operation)?;
                let input = model.input(operation);
                form.request(&model, input.ok_or_else(|| ServiceError::with_usual_message("InternalError"))?)
            }
        }
    }
}

/// The answer of an operation.
pub(crate) fn respond(shared: &Shared, operation: Operation, answer: &Answer, request_id: &str) -> HttpResponse {
    if operation.service() != Service::Ec2 {
        return match answer {
            Ok(value) => protocol::answer(value, request_id),
            Err(error) => protocol::refuse(error, request_id),
        };
    }
    match answer.as_ref().map_err(Clone::clone).and_then(|value| Ok((value, shared.model_of(operation)?))) {
        Ok((value, model)) => query::answer(&model, operation, value, request_id),
        Err(error) => query::refuse(&error, request_id),
    }
}
