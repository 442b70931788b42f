//! The state machine's definition.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{functions, read};

/// The definition as it is written, before CloudFormation puts in what `${…}` stands for.
pub fn text() -> String {
    read("statemachine/rollout.asl.json")
}

/// The names in `${…}`.
pub fn substitutions() -> BTreeSet<String> {
    let text = text();
    let after = text.split("${").skip(1);
    after.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// The definition. Numbers that CloudFormation puts in are 1.
///
/// # Panics
///
/// When it is not JSON even then.
pub fn load() -> Value {
    let text = text().replace("${AccountConcurrency}", "1").replace("${RegionConcurrency}", "1");
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("rollout.asl.json: {why}"))
}

/// One state, with the names of those beside it.
#[derive(Debug)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub body: Value,
    /// The states that it may go to.
    pub siblings: BTreeSet<String>,
}

/// Every state, those inside of maps too.
pub fn states() -> Vec<State> {
    machines().iter().flat_map(states_of).collect()
}

/// The whole machine and the one inside of each map.
pub fn machines() -> Vec<Value> {
    let mut found = vec![load()];
    let mut next = 0;
    while next < found.len() {
        let inside: Vec<Value> =
            members(&found[next]["States"]).map(|(_, state)| state["ItemProcessor"].clone()).collect();
        found.extend(inside.into_iter().filter(Value::is_object));
        next += 1;
    }
    found
}

/// The states of one machine, without those inside of its maps.
pub fn states_of(machine: &Value) -> Vec<State> {
    let siblings: BTreeSet<String> = members(&machine["States"]).map(|(name, _)| name.clone()).collect();
    members(&machine["States"])
        .map(|(name, body)| State { name: name.clone(), body: body.clone(), siblings: siblings.clone() })
        .collect()
}

/// The state of this name.
///
/// # Panics
///
/// When there is none.
pub fn state(name: &str) -> State {
    states().into_iter().find(|state| state.name == name).unwrap_or_else(|| panic!("no state {name}"))
}

/// The Task states.
pub fn tasks() -> Vec<State> {
    states().into_iter().filter(|state| state.body["Type"] == "Task").collect()
}

impl State {
    /// The function that the state invokes.
    pub fn function(&self) -> Option<String> {
        let arn = self.body["Parameters"]["FunctionName"].as_str()?;
        functions::names().into_iter().find(|name| arn == format!("${{{}FunctionArn}}", functions::pascal(name)))
    }

    /// The states that may follow.
    pub fn followers(&self) -> BTreeSet<String> {
        let choices = items(&self.body["Choices"]).chain(items(&self.body["Catch"])).map(|choice| &choice["Next"]);
        let own = [&self.body["Next"], &self.body["Default"]];
        choices.chain(own).filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    }

    /// `ErrorEquals` of each retrier.
    pub fn retried(&self) -> Vec<Vec<String>> {
        errors(&self.body["Retry"])
    }

    /// `ErrorEquals` of each catcher.
    pub fn caught(&self) -> Vec<Vec<String>> {
        errors(&self.body["Catch"])
    }
}

fn errors(rules: &Value) -> Vec<Vec<String>> {
    items(rules)
        .map(|rule| items(&rule["ErrorEquals"]).filter_map(Value::as_str).map(ToOwned::to_owned).collect())
        .collect()
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn items(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}
