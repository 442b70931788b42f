//! CloudFormation stacks: create or update, wait, and say why when it fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Capability, Parameter};

use crate::error::{During, Error, Result};

const LIMIT: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_millis(100);

/// Creating and updating take the same, by builders of different types.
macro_rules! with {
    ($call:expr, $name:expr, $template:expr, $parameters:expr) => {{
        let (body, url) = source($template);
        $call
            .stack_name($name)
            .set_template_body(body)
            .set_template_url(url)
            .set_parameters(Some(list($parameters)))
            .capabilities(Capability::CapabilityNamedIam)
    }};
}

/// What a stack was given and what it answers.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A stack in one account.
pub(crate) struct Stack<'a> {
    client: Client,
    name: &'a str,
    account: &'a str,
}

impl<'a> Stack<'a> {
    pub(crate) fn new(client: Client, name: &'a str, account: &'a str) -> Self {
        Self { client, name, account }
    }

    /// Creates the stack from a template or the URL of one, and waits for it.
    pub(crate) async fn create(&self, template: &str, parameters: &[(&str, &str)]) -> Result<()> {
        let call = with!(self.client.create_stack(), self.name, template, parameters);
        call.send().await.during(self.step("creating"))?;
        self.wait("CREATE_COMPLETE").await
    }

    /// Updates the stack and waits for it.
    pub(crate) async fn update(&self, template: &str, parameters: &[(&str, &str)]) -> Result<()> {
        let call = with!(self.client.update_stack(), self.name, template, parameters);
        call.send().await.during(self.step("updating"))?;
        self.wait("UPDATE_COMPLETE").await
    }

    /// Deletes the stack and waits until it is gone.
    pub(crate) async fn delete(&self) -> Result<()> {
        self.client.delete_stack().stack_name(self.name).send().await.during(self.step("deleting"))?;
        let started = Instant::now();
        loop {
            // A stack that is gone has no name any more.
            let described = self.client.describe_stacks().stack_name(self.name).send().await.ok();
            let stack = described.and_then(|described| described.stacks).and_then(|stacks| stacks.into_iter().next());
            let Some(status) = stack.and_then(|stack| stack.stack_status) else { return Ok(()) };
            match status.as_str() {
                "DELETE_COMPLETE" => return Ok(()),
                "DELETE_IN_PROGRESS" if started.elapsed() < LIMIT => tokio::time::sleep(POLL).await,
                other => return Err(self.failure(other.to_owned()).await),
            }
        }
    }

    /// Its parameters and outputs.
    pub(crate) async fn describe(&self) -> Result<Described> {
        let described = self.client.describe_stacks().stack_name(self.name).send().await;
        let stacks = described.during(self.step("describing"))?.stacks.unwrap_or_default();
        let Some(stack) = stacks.into_iter().next() else { return Ok(Described::default()) };
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        Ok(Described {
            outputs: outputs.filter_map(|output| Some((output.output_key?, output.output_value?))).collect(),
            parameters: parameters.filter_map(|one| Some((one.parameter_key?, one.parameter_value?))).collect(),
        })
    }

    fn step(&self, verb: &str) -> String {
        format!("{verb} stack {} in account {}", self.name, self.account)
    }

    async fn wait(&self, wanted: &str) -> Result<()> {
        let started = Instant::now();
        loop {
            let described = self.client.describe_stacks().stack_name(self.name).send().await;
            let stack = described.during(self.step("waiting for"))?.stacks.and_then(|stacks| stacks.into_iter().next());
            let status = stack.as_ref().and_then(|stack| stack.stack_status.as_ref());
            let status = status.map(ToString::to_string).unwrap_or_default();
            if status == wanted {
                return Ok(());
            }
            if !status.ends_with("IN_PROGRESS") || started.elapsed() > LIMIT {
                return Err(self.failure(status).await);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn failure(&self, status: String) -> Error {
        Error::Stack {
            stack: self.name.to_owned(),
            account: self.account.to_owned(),
            status,
            reasons: self.reasons().await.join("\n"),
        }
    }

    /// What failed in it, and in the stacks inside of it: in its own events only these are named.
    async fn reasons(&self) -> Vec<String> {
        let (mut reasons, mut stacks) = (Vec::new(), vec![self.name.to_owned()]);
        while let Some(stack) = stacks.pop() {
            let pages = self.client.describe_stack_events().stack_name(stack).into_paginator().items().send();
            for event in pages.collect::<std::result::Result<Vec<_>, _>>().await.unwrap_or_default().into_iter().rev() {
                if !event.resource_status().is_some_and(|status| status.as_str().ends_with("FAILED")) {
                    continue;
                }
                let (id, reason) = (event.logical_resource_id(), event.resource_status_reason());
                reasons.push(format!("  {}: {}", id.unwrap_or_default(), reason.unwrap_or_default()));
                let nested = event.physical_resource_id().filter(|id| Some(*id) != event.stack_id());
                if event.resource_type() == Some("AWS::CloudFormation::Stack") {
                    stacks.extend(nested.map(ToOwned::to_owned).filter(|nested| !stacks.contains(nested)));
                }
            }
        }
        reasons
    }
}

/// The template itself, or where it is.
fn source(template: &str) -> (Option<String>, Option<String>) {
    let template = template.to_owned();
    if template.starts_with("http") { (None, Some(template)) } else { (Some(template), None) }
}

fn list(parameters: &[(&str, &str)]) -> Vec<Parameter> {
    parameters
        .iter()
        .map(|(key, value)| Parameter::builder().parameter_key(*key).parameter_value(*value).build())
        .collect()
}
