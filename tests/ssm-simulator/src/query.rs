//! EC2's protocol: a request is a form, an answer is XML, and the model says under which names.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>,
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-query-api-basics.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_smithy_xml::encode::{ScopeWriter, XmlWriter};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::error::ServiceError;
use crate::model::{Kind, Model, ShapeId};
use crate::operation::{Operation, Service};
use crate::protocol::{self, HttpResponse};

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// The fields of a form.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body; of a body that is no form, nothing is an operation's name.
    pub(crate) fn of(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The operation of EC2 that is asked for, if it is answered here.
    pub(crate) fn operation(&self) -> Option<Operation> {
        let operation: Operation = self.0.get("Action")?.parse().ok()?;
        (operation.service() == Service::Ec2).then_some(operation)
    }

    /// The request as JSON, with the model's names. What the model does not know is refused, as EC2 does:
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    pub(crate) fn request(&self, model: &Model, input: ShapeId) -> Result<Value, ServiceError> {
        let mut rest = self.0.clone();
        rest.retain(|name, _| name != "Action" && name != "Version");
        let request = take(model, input, "", &mut rest).unwrap_or_else(|| Value::Object(Map::new()));
        match rest.into_keys().next() {
            None => Ok(request),
            Some(name) => Err(ServiceError::new("UnknownParameter", format!("The parameter {name} is not recognized"))),
        }
    }
}

/// Takes the fields of a value out of the form; none when it has none of them.
fn take(model: &Model, shape: ShapeId, name: &str, form: &mut BTreeMap<String, String>) -> Option<Value> {
    match &model.shape(shape).kind {
        Kind::Structure { members, .. } => {
            let mut fields = Map::new();
            for (member, known) in members {
                let name = if name.is_empty() { known.in_query.clone() } else { format!("{name}.{}", known.in_query) };
                fields.extend(take(model, known.shape, &name, form).map(|value| (member.clone(), value)));
            }
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
        Kind::List { member } => {
            let items = (1..).map_while(|number| take(model, *member, &format!("{name}.{number}"), form));
            let items: Vec<Value> = items.collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        kind => form.remove(name).map(|text| scalar(kind, text)),
    }
}

/// A text that is not what the model says stays one, for the validation to refuse.
fn scalar(kind: &Kind, text: String) -> Value {
    let parsed = match kind {
        Kind::Integer => text.parse::<i64>().ok().map(Value::from),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or(Value::String(text))
}

/// An answer with the names that the model gives it.
pub(crate) fn answer(model: &Model, operation: Operation, value: &Value, request_id: &str) -> HttpResponse {
    let mut text = String::new();
    let name = format!("{}Response", operation.name());
    let mut document = XmlWriter::new(&mut text);
    let mut root = document.start_el(&name).write_ns(NAMESPACE, None).finish();
    element(&mut root, "requestId", request_id);
    if let Some(output) = model.output(operation) {
        write(model, output, value, &mut root);
    }
    root.finish();
    response(StatusCode::OK, &text)
}

fn write(model: &Model, shape: ShapeId, value: &Value, within: &mut ScopeWriter<'_, '_>) {
    match (&model.shape(shape).kind, value) {
        (Kind::Structure { members, .. }, Value::Object(fields)) => {
            for (name, field) in fields {
                let Some(member) = members.get(name) else { continue };
                let mut scope = within.start_el(&member.in_xml).finish();
                write(model, member.shape, field, &mut scope);
                scope.finish();
            }
        }
        (Kind::List { member }, Value::Array(items)) => {
            for item in items {
                let mut scope = within.start_el("item").finish();
                write(model, *member, item, &mut scope);
                scope.finish();
            }
        }
        (_, Value::String(text)) => within.data(text),
        (_, other) => within.data(&other.to_string()),
    }
}

fn element(within: &mut ScopeWriter<'_, '_>, name: &str, text: &str) {
    let mut scope = within.start_el(name).finish();
    scope.data(text);
    scope.finish();
}

/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-response.html>
pub(crate) fn refuse(error: &ServiceError, request_id: &str) -> HttpResponse {
    let mut text = String::new();
    let mut document = XmlWriter::new(&mut text);
    let mut root = document.start_el("Response").finish();
    let mut errors = root.start_el("Errors").finish();
    let mut one = errors.start_el("Error").finish();
    element(&mut one, "Code", &error.code);
    element(&mut one, "Message", &error.message);
    one.finish();
    errors.finish();
    element(&mut root, "RequestID", request_id);
    root.finish();
    response(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST), &text)
}

fn response(status: StatusCode, text: &str) -> HttpResponse {
    let mut whole = String::new();
    _ = write!(whole, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    let mut response = Response::new(protocol::body(whole));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8"));
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::ec2_model;

    fn request(body: &str) -> Result<Value, ServiceError> {
        let model = ec2_model();
        let form = Form::of(body.as_bytes());
        form.request(&model, model.input(form.operation().unwrap()).unwrap())
    }

    #[test]
    fn a_form_becomes_what_the_model_says() {
        let form = "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000&IncludeManagedResources=true\
                    &Filter.1.Name=instance-state-name&Filter.1.Value.1=running&Filter.1.Value.2=stopped\
                    &InstanceId.1=i-0123456789abcdef0&NextToken=a%2Bb+c";
        let expected = json!({
            "MaxResults": 1000,
            "IncludeManagedResources": true,
            "Filters": [{ "Name": "instance-state-name", "Values": ["running", "stopped"] }],
            "InstanceIds": ["i-0123456789abcdef0"],
            "NextToken": "a+b c",
        });
        assert_eq!(request(form).unwrap(), expected);
    }

    #[test]
    fn a_parameter_that_the_model_does_not_know_is_refused() {
        let refused = request("Action=DescribeInstances&Filters.1.Name=x").unwrap_err();
        assert_eq!(refused.code, "UnknownParameter");
        assert_eq!(request("Action=DescribeInstances&Version=2016-11-15").unwrap(), json!({}));
    }

    #[test]
    fn only_operations_of_ec2_are_taken_from_a_form() {
        assert_eq!(Form::of(b"Action=DescribeRegions").operation(), Some(Operation::DescribeRegions));
        assert_eq!(Form::of(b"Action=ListCommands").operation(), None);
        assert_eq!(Form::of(br#"{"Action": "DescribeInstances"}"#).operation(), None);
    }
}
