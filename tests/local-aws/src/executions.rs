//! The rollout's executions: started, listed, found by what they were started for.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;

use crate::error::{During, Error, Result};
use crate::local_aws::LocalAws;
use crate::run::{self, POLL, RunResult};

/// How long an event may take to become an execution.
const START_LIMIT: Duration = Duration::from_secs(20);

impl LocalAws {
    /// Runs an execution of this name to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not end; one that fails is a result.
    pub async fn run(&self, name: &str, input: &Value) -> Result<RunResult> {
        self.run_watched(name, input, |_| {}).await
    }

    /// The same with an input that is only text: what Step Functions takes for JSON, serde may not.
    ///
    /// # Errors
    /// As [`LocalAws::run`].
    pub async fn run_text(&self, name: &str, input: &str) -> Result<RunResult> {
        self.follow_execution(&self.start_text(name, input).await?).await
    }

    /// The same, and tells how many accounts are done.
    ///
    /// # Errors
    /// As [`LocalAws::run`].
    pub async fn run_watched(&self, name: &str, input: &Value, accounts_done: impl FnMut(u64)) -> Result<RunResult> {
        let arn = self.start_execution(name, input).await?;
        run::follow(&self.clients, self.deployment()?, &arn, accounts_done).await
    }

    /// Starts an execution of this name and answers its ARN.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_execution(&self, name: &str, input: &Value) -> Result<String> {
        self.start_text(name, &input.to_string()).await
    }

    async fn start_text(&self, name: &str, input: &str) -> Result<String> {
        let machine = &self.deployment()?.state_machine;
        let call = self.clients.sfn().start_execution().state_machine_arn(machine).name(name).input(input);
        Ok(call.send().await.during(format!("starting execution {name}"))?.execution_arn)
    }

    /// Asks for a rollout with an event on the bus, as an account-vending pipeline does; its rule starts the execution.
    ///
    /// # Errors
    /// When the bus does not take the event.
    pub async fn request_rollout(&self, detail: &Value) -> Result<()> {
        const STEP: &str = "asking for a rollout with an event";
        let entry = PutEventsRequestEntry::builder()
            .source("patch-manager")
            .detail_type("Rollout Requested")
            .detail(detail.to_string())
            .build();
        let put = self.clients.events().put_events().entries(entry).send().await.during(STEP)?;
        match put.failed_entry_count() {
            0 => Ok(()),
            _ => Err(Error::Unexpected { step: STEP, problem: format!("{put:?}") }),
        }
    }

    /// Follows an execution that something else started to its end.
    ///
    /// # Errors
    /// When it does not end; one that fails is a result.
    pub async fn follow_execution(&self, execution_arn: &str) -> Result<RunResult> {
        run::follow(&self.clients, self.deployment()?, execution_arn, |_| {}).await
    }

    /// Follows the newest execution that has this trigger to its end: `stack-create` is the one that [`LocalAws::deploy`]
    /// started, `stack-update` that of [`LocalAws::update`].
    ///
    /// # Errors
    /// When there is none or it does not end; one that fails is a result.
    pub async fn follow(&self, trigger: &str, accounts_done: impl FnMut(u64)) -> Result<RunResult> {
        let newest = self.newest_execution(trigger).await?;
        let arn = newest.ok_or_else(|| Error::Unexpected {
            step: "looking for an execution",
            problem: format!("there is none with the trigger {trigger}"),
        })?;
        run::follow(&self.clients, self.deployment()?, &arn, accounts_done).await
    }

    /// The newest run that has this trigger.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when Step Functions refuses.
    pub async fn newest(&self, trigger: &str) -> Result<Option<String>> {
        Ok(self.newest_execution(trigger).await?.map(|arn| run::name(&arn).to_owned()))
    }

    async fn newest_execution(&self, trigger: &str) -> Result<Option<String>> {
        const STEP: &str = "looking for an execution";
        let machine = &self.deployment()?.state_machine;
        let listed = self.clients.sfn().list_executions().state_machine_arn(machine).send().await;
        let mut executions = listed.during(STEP)?.executions;
        executions.sort_by_key(|execution| std::cmp::Reverse(execution.start_date.as_nanos()));
        for execution in executions {
            let input = run::describe(&self.clients, &execution.execution_arn).await?.input.unwrap_or_default();
            let input: Value = serde_json::from_str(&input).during(STEP)?;
            if input["trigger"] == trigger {
                return Ok(Some(execution.execution_arn));
            }
        }
        Ok(None)
    }

    /// The ARNs of all executions, ended ones too.
    ///
    /// # Errors
    /// Before [`LocalAws::deploy`], or when Step Functions refuses.
    pub async fn executions(&self) -> Result<BTreeSet<String>> {
        let listing = self.clients.sfn().list_executions().state_machine_arn(&self.deployment()?.state_machine);
        let mut executions = listing.into_paginator().items().send();
        let mut arns = BTreeSet::new();
        while let Some(execution) = executions.next().await {
            arns.insert(execution.during("listing executions")?.execution_arn);
        }
        Ok(arns)
    }

    /// Waits until there are so many executions that are not among `before`, and answers their ARNs.
    ///
    /// # Errors
    /// When there are not as many after a while, and as [`LocalAws::executions`].
    pub async fn executions_started(&self, before: &BTreeSet<String>, count: usize) -> Result<Vec<String>> {
        let since = Instant::now();
        loop {
            let started: Vec<_> = self.executions().await?.difference(before).cloned().collect();
            if started.len() == count {
                return Ok(started);
            }
            if since.elapsed() > START_LIMIT {
                let problem = format!("{} instead of {count}", started.len());
                return Err(Error::Unexpected { step: "waiting for executions to start", problem });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The execution of which this is the name's beginning, as soon as there is one.
    pub(crate) async fn appearing(&self, trigger: &str) -> Result<String> {
        const STEP: &str = "waiting for an execution to start";
        let machine = &self.deployment()?.state_machine;
        let since = Instant::now();
        while since.elapsed() < run::LIMIT {
            let listed = self.clients.sfn().list_executions().state_machine_arn(machine).send().await;
            let mut executions = listed.during(STEP)?.executions.into_iter();
            if let Some(execution) = executions.find(|execution| execution.name.starts_with(trigger)) {
                return Ok(execution.execution_arn);
            }
            tokio::time::sleep(POLL).await;
        }
        Err(Error::Unexpected { step: STEP, problem: format!("there is none with the trigger {trigger}") })
    }
}
