//! Execution histories as Step Functions states them: one JSON object an event.

use serde_json::{Value, json};

use crate::clients::{Clients, MANAGEMENT_KEY};
use crate::error::{During, Error, Result};

/// All events of an execution, and of the children of its Distributed Maps.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The execution first, then its children in the order in which they are listed.
    pub executions: Vec<ExecutionHistory>,
}

/// The events of one execution.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionHistory {
    /// The execution.
    pub arn: String,
    /// `GetExecutionHistory`'s events, oldest first.
    pub events: Vec<Value>,
}

impl History {
    /// Reads it.
    ///
    /// # Errors
    /// When Step Functions refuses, as for an unknown execution.
    pub async fn read(clients: &Clients, arn: &str) -> Result<Self> {
        let api = Api { clients };
        let mut executions = vec![api.history(arn).await?];
        let map_runs = api.list("ListMapRuns", &json!({"executionArn": arn}), "mapRuns").await?;
        for map_run in map_runs {
            let filter = json!({"mapRunArn": map_run["mapRunArn"]});
            for child in api.list("ListExecutions", &filter, "executions").await? {
                let arn = child["executionArn"].as_str().unwrap_or_default();
                executions.push(api.history(arn).await?);
            }
        }
        Ok(Self { executions })
    }

    /// All events, whichever execution they belong to.
    pub fn events(&self) -> impl Iterator<Item = &Value> {
        self.executions.iter().flat_map(|execution| &execution.events)
    }

    /// State transitions: what Step Functions charges for.
    pub fn transitions(&self) -> usize {
        self.executions.iter().map(ExecutionHistory::transitions).sum()
    }
}

impl ExecutionHistory {
    /// States entered, and entered again for a retry: a task that is started more often than its state is entered.
    fn transitions(&self) -> usize {
        let entered = self.count(|kind| kind.ends_with("StateEntered"));
        let started = self.count(|kind| kind == "TaskScheduled");
        entered + started.saturating_sub(self.count(|kind| kind == "TaskStateEntered"))
    }

    fn count(&self, which: impl Fn(&str) -> bool) -> usize {
        self.events.iter().filter(|event| event["type"].as_str().is_some_and(&which)).count()
    }
}

/// Step Functions without the SDK, whose types cannot be written as JSON again.
struct Api<'a> {
    clients: &'a Clients,
}

impl Api<'_> {
    async fn history(&self, arn: &str) -> Result<ExecutionHistory> {
        let request = json!({"executionArn": arn, "maxResults": 1000});
        Ok(ExecutionHistory {
            arn: arn.to_owned(),
            events: self.list("GetExecutionHistory", &request, "events").await?,
        })
    }

    /// All pages of a list.
    async fn list(&self, operation: &str, request: &Value, member: &str) -> Result<Vec<Value>> {
        let mut request = request.clone();
        let mut items = Vec::new();
        loop {
            let mut page = self.call(operation, &request).await?;
            if let Value::Array(more) = page[member].take() {
                items.extend(more);
            }
            match page["nextToken"].take() {
                Value::String(token) if !token.is_empty() => request["nextToken"] = token.into(),
                _ => return Ok(items),
            }
        }
    }

    async fn call(&self, operation: &str, request: &Value) -> Result<Value> {
        let step = || format!("calling states:{operation}");
        // The local AWS reads who calls from the credential and does not check signatures.
        let credential = format!("{MANAGEMENT_KEY}/20260101/{}/states/aws4_request", self.clients.home_region);
        let response = reqwest::Client::new()
            .post(&self.clients.endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"),
            )
            .body(request.to_string())
            .send()
            .await
            .during(step())?;
        let status = response.status();
        let body = response.bytes().await.during(step())?;
        if !status.is_success() {
            return Err(Error::Service { step: step(), message: String::from_utf8_lossy(&body).into_owned() });
        }
        serde_json::from_slice(&body).during(step())
    }
}
