//! What the functions wrote to CloudWatch Logs, and the processes to their log files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::clients::Clients;
use crate::error::{At, During, Result};

const STEP: &str = "reading the functions' logs";

/// Everything that was logged.
#[derive(Debug, Clone, Default)]
pub struct Logs {
    /// Messages by log group, oldest first.
    pub functions: BTreeMap<String, Vec<String>>,
    /// Contents of the processes' log files.
    pub processes: BTreeMap<PathBuf, String>,
}

impl Logs {
    /// Every line, wherever it was written.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let functions = self.functions.values().flatten().map(String::as_str);
        functions.chain(self.processes.values().flat_map(|content| content.lines()))
    }
}

pub(crate) async fn read(clients: &Clients, files: &[PathBuf]) -> Result<Logs> {
    let mut logs = Logs::default();
    for path in files {
        let content = std::fs::read(path).at("reading a log", path)?;
        logs.processes.insert(path.clone(), String::from_utf8_lossy(&content).into_owned());
    }
    let mut groups = clients.logs().describe_log_groups().into_paginator().items().send();
    while let Some(group) = groups.next().await {
        let Some(name) = group.during(STEP)?.log_group_name else { continue };
        let messages = messages_of(clients, &name).await?;
        logs.functions.insert(name, messages);
    }
    Ok(logs)
}

async fn messages_of(clients: &Clients, group: &str) -> Result<Vec<String>> {
    let mut messages = Vec::new();
    let mut pages = clients.logs().filter_log_events().log_group_name(group).into_paginator().send();
    while let Some(page) = pages.next().await {
        let events = page.during(STEP)?.events.unwrap_or_default();
        messages.extend(events.into_iter().filter_map(|event| event.message));
    }
    Ok(messages)
}
