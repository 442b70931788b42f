//! What differs in a wave.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::problem::Problem;
use crate::reader::{self, FromNode, Node, Read, all, member_path, object};

object! {
    /// What differs in a wave from the policy that it is of: JSON merge patches (RFC 7396).
    #[derive(Default)]
    Differences, "an object with windows and dhmc" {
        /// What differs in the policy's windows, by their names. A field replaces the window's, `null` takes a field or the whole window
        /// away, and a name that the policy does not have adds a window.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        windows: BTreeMap<String, Option<Map<String, Value>>> = default => |wave, field| {
            wave.or_with(field, read_windows)
        },
        /// What differs in the policy's `dhmc`, all but `onDelete`.
        #[serde(skip_serializing_if = "Map::is_empty")]
        dhmc: Map<String, Value> = default => |wave, field| wave.or_with(field, read_dhmc),
    }
}

impl Differences {
    /// The JSON of a policy with what differs, and without waves.
    pub fn applied_to(&self, policy: &Value) -> Value {
        let mut merged = policy.clone();
        if let Some(fields) = merged.as_object_mut() {
            fields.retain(|name, _| !["waves", "haltAbovePercent"].contains(&name.as_str()));
        }
        if !self.dhmc.is_empty() {
            json_patch::merge(&mut merged["dhmc"], &self.dhmc.clone().into());
        }
        if let Some(windows) = merged.get_mut("windows").and_then(Value::as_array_mut) {
            self.apply_to_windows(windows);
        }
        merged
    }

    fn apply_to_windows(&self, windows: &mut Vec<Value>) {
        let known = names(windows);
        let added = self.windows.iter().filter(|(name, patch)| patch.is_some() && !known.contains(*name));
        let added: Vec<_> = added.map(|(name, _)| json!({"name": name})).collect();
        windows.extend(added);
        windows.retain_mut(|window| match window["name"].as_str().and_then(|name| self.windows.get(name)) {
            Some(Some(patch)) => {
                json_patch::merge(window, &patch.clone().into());
                true
            }
            Some(None) => false,
            None => true,
        });
    }

    /// The policy with what differs in a `wave` of it. What is wrong with it is written down at its place in the wave; what is wrong without the wave as
    /// well is written down without it.
    pub(super) fn read_applied_to<Policy: FromNode>(&self, wave: &Node<'_>) -> Read<Policy> {
        let policy = wave.document();
        let known = names(policy["windows"].as_array().map_or(&[], Vec::as_slice));
        let is_whole = |patch: &Map<_, _>| ["schedule", "target", "task"].iter().all(|name| patch.contains_key(*name));
        let mut wanted = self.clone();
        wanted.windows.retain(|name, patch| known.contains(name) || patch.as_ref().is_some_and(is_whole));
        let given = wave.member("windows").and_then(|windows| windows.members("").ok()).unwrap_or_default();
        for (_, unknown) in given.iter().filter(|(name, _)| !wanted.windows.contains_key(*name)) {
            let known = known.join(", ");
            unknown.refuse(format!("a window of the policy ({known}), or a whole one with schedule, target and task"));
        }
        let merged = wanted.applied_to(policy);
        let without = wave.reported();
        reader::read(&merged).map_err(|problems| {
            let place = |problem| wanted.place(wave.path(), &merged, &without, problem);
            wave.report_all(problems.into_iter().filter_map(place))
        })
    }

    /// Where in the policy a problem of the `merged` one has its cause, when that is in this wave, which is at `path`: it is not when the policy
    /// has it `without` the wave.
    pub(super) fn place(&self, path: &str, merged: &Value, without: &[Problem], problem: Problem) -> Option<Problem> {
        // Windows have other places without the wave, when it takes one away.
        let field =
            |path: &str| path.strip_prefix("$.windows[").and_then(|rest| Some(rest.split_once(']')?.1.to_owned()));
        let is_this = |known: &Problem| {
            let is_there =
                known.path == problem.path || field(&known.path).is_some_and(|of| Some(of) == field(&problem.path));
            is_there && known.value == problem.value && known.allowed == problem.allowed
        };
        if without.iter().any(is_this) {
            return None;
        }
        let rest = problem.path.strip_prefix("$.")?;
        let path = match rest.strip_prefix("windows[").and_then(|rest| rest.split_once(']')) {
            Some((index, rest)) => {
                let name = merged["windows"][index.parse::<usize>().ok()?]["name"].as_str()?;
                self.windows.get(name)?;
                format!("{}{rest}", member_path(&format!("{path}.windows"), name))
            }
            None if rest == "windows" && !self.windows.is_empty() => format!("{path}.windows"),
            None if rest.starts_with("dhmc") && !self.dhmc.is_empty() => format!("{path}.{rest}"),
            None => return None,
        };
        Some(Problem { path, ..problem })
    }
}

fn names(windows: &[Value]) -> Vec<String> {
    windows.iter().filter_map(|window| window["name"].as_str()).map(str::to_owned).collect()
}

fn read_windows(node: &Node<'_>) -> Read<BTreeMap<String, Option<Map<String, Value>>>> {
    let windows = node.members("an object with the windows that differ, by their names")?;
    let read = windows.iter().map(|(name, window)| {
        let patch = match (window.value(), window.member("name")) {
            (_, Some(name)) => Err(name.refuse("no name: the key of the window is its name")),
            (Value::Null, None) => Ok(None),
            (Value::Object(patch), None) => Ok(Some(patch.clone())),
            _ => Err(window.refuse("an object with the fields that differ, or null to take the window away")),
        };
        Ok(((*name).to_owned(), patch?))
    });
    Ok(all(read)?.into_iter().collect())
}

fn read_dhmc(node: &Node<'_>) -> Read<Map<String, Value>> {
    let patch = node.value().as_object().ok_or_else(|| node.refuse("an object with the fields of dhmc that differ"))?;
    match node.member("onDelete") {
        Some(on_delete) => Err(on_delete.refuse("only in the policy's own dhmc: the stack is deleted for all waves")),
        None => Ok(patch.clone()),
    }
}
