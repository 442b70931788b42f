//! What the functions wrote to CloudWatch Logs, and the processes to their log files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{At, During, Result};
use crate::local_aws::LocalAws;
use crate::script::Script;

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    log_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    log_group_name: String,
}

#[derive(Deserialize)]
struct Events {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    message: String,
}

impl LocalAws {
    /// What the functions and the processes have logged so far.
    ///
    /// # Errors
    /// When CloudWatch Logs refuses or a log file cannot be read.
    pub async fn logs(&self) -> Result<Logs> {
        let mut logs = Logs::default();
        for path in self.log_files() {
            let content = std::fs::read(path).at("reading a log", path)?;
            logs.processes.insert(path.to_owned(), String::from_utf8_lossy(&content).into_owned());
        }
        let groups: Groups = parsed(&self.script.aws(&["logs", "describe-log-groups"]).await?)?;
        let all = groups.log_groups.iter().map(|group| messages_of(&self.script, &group.log_group_name));
        let messages = futures::future::try_join_all(all).await?;
        logs.functions = groups.log_groups.into_iter().map(|group| group.log_group_name).zip(messages).collect();
        Ok(logs)
    }
}

async fn messages_of(script: &Script, group: &str) -> Result<Vec<String>> {
    let events: Events = parsed(&script.aws(&["logs", "filter-log-events", "--log-group-name", group]).await?)?;
    Ok(events.events.into_iter().map(|event| event.message).collect())
}

fn parsed<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).during(STEP)
}
