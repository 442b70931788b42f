//! A run's waves: which accounts each takes, and in which order they come.

use std::collections::{BTreeMap, BTreeSet};

use patching::outcome::Warning;
use patching::targets::Target;
use policy::ids::AccountId;
use policy::input::Action;
use policy::{HaltAbovePercent, PatchPolicy};
use record::ObjectKey;
use serde::Serialize;
use serde_json::Value;

use crate::units::Path;

/// A wave of a run: a policy without waves is one.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaveOfRun {
    /// The wave's name; empty when the policy has no waves.
    pub name: String,
    /// What to call it in a sentence.
    pub title: String,
    /// The object with its targets.
    pub targets: ObjectKey,
    /// How many targets there are.
    pub accounts: usize,
    /// The percentage of them that may fail before the run halts.
    pub tolerated_failure_percentage: u8,
    /// The policy as it is in this wave.
    pub policy: Value,
}

/// Gives each target its wave and puts them into the order of the waves.
pub(crate) fn sort(policy: &PatchPolicy, paths: &BTreeMap<AccountId, Path>, targets: &mut [Target]) {
    for target in &mut *targets {
        let id = &target.account.id;
        let wave = policy.wave_of(id, paths.get(id).map_or(&[], Vec::as_slice));
        target.wave = wave.map(|wave| wave.name.to_string());
    }
    targets.sort_by_key(|target| position(policy, target));
}

fn position(policy: &PatchPolicy, target: &Target) -> Option<usize> {
    policy.waves.iter().position(|wave| target.wave.as_deref() == Some(wave.name.as_str()))
}

/// The waves that have targets, each with these, which are [sorted](sort). `whole` is the object with all targets.
pub(crate) fn of_run<'a>(
    policy: &PatchPolicy,
    document: &Value,
    action: Action,
    whole: &ObjectKey,
    targets: &'a [Target],
) -> Vec<(WaveOfRun, &'a [Target])> {
    let halt = if action == Action::Rollout { policy.halt_above_percent } else { HaltAbovePercent::default() };
    let wave = |targets: &'a [Target]| {
        let wave = position(policy, targets.first()?).and_then(|position| policy.waves.get(position));
        let name = wave.map(|wave| wave.name.to_string());
        let of_wave = WaveOfRun {
            title: name.as_ref().map_or_else(|| "all accounts".to_owned(), |name| format!("wave {name}")),
            targets: name.as_ref().map_or_else(|| whole.clone(), |name| object(whole, name)),
            name: name.unwrap_or_default(),
            accounts: targets.len(),
            tolerated_failure_percentage: halt.get(),
            policy: wave.map_or_else(|| document.clone(), |wave| wave.differences.applied_to(document)),
        };
        Some((of_wave, targets))
    };
    targets.chunk_by(|a, b| a.wave == b.wave).filter_map(wave).collect()
}

/// `targets-pilot.json` beside `targets.json`.
fn object(whole: &ObjectKey, name: &str) -> ObjectKey {
    let key = whole.key.trim_end_matches(".json");
    ObjectKey { bucket: whole.bucket.clone(), key: format!("{key}-{name}.json") }
}

/// What a person should look at in the waves themselves: accounts and units that two of them name.
pub(crate) fn named_twice(policy: &PatchPolicy) -> Vec<Warning> {
    let mut first = BTreeMap::new();
    let mut warnings = Vec::new();
    for wave in &policy.waves {
        let accounts = wave.accounts.iter().map(ToString::to_string);
        for named in accounts.chain(wave.organizational_units.iter().map(ToString::to_string)) {
            match first.get(&named) {
                Some(taken) => warnings.push(Warning::in_two_waves(&named, taken, &wave.name)),
                None => drop(first.insert(named, wave.name.clone())),
            }
        }
    }
    warnings
}

/// What a person should look at when all accounts are known: waves that take none of these `targets`.
pub(crate) fn empty(policy: &PatchPolicy, targets: &[Target]) -> Vec<Warning> {
    let taken: BTreeSet<_> = targets.iter().filter_map(|target| target.wave.as_deref()).collect();
    let waves = policy.waves.iter().filter(|wave| !taken.contains(wave.name.as_str()));
    waves.map(|wave| Warning::wave_takes_nobody(&wave.name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    const PILOT: &str = "111122223333";
    const OTHER: &str = "111122224444";
    const UNIT: &str = "ou-ab12-11111111";

    fn document(waves: &Value) -> Value {
        let window = json!({
            "name": "linux", "schedule": "rate(7 days)", "target": {"values": ["Linux"]},
            "task": {"name": "Patch", "document": "AWS-RunPatchBaseline", "parameters": {"Operation": ["Scan"]}}
        });
        json!({"windows": [window], "waves": waves, "haltAbovePercent": 20})
    }

    fn three() -> Value {
        document(&json!([
            {"name": "pilot", "accounts": [PILOT], "windows": {"linux": null}},
            {"name": "early", "organizationalUnits": [UNIT], "accounts": [PILOT]},
            {"name": "rest"}
        ]))
    }

    fn targets(ids: &[&str]) -> Vec<Target> {
        let target = |id: &&str| json!({"account": {"id": id, "name": id, "state": "ACTIVE"}, "action": "rollout", "regions": null, "sweep": false});
        from_value(ids.iter().map(target).collect()).unwrap()
    }

    fn waves(document: &Value, action: Action) -> Vec<(WaveOfRun, Vec<String>)> {
        let policy = PatchPolicy::parse(document).unwrap();
        let mut targets = targets(&["111122220000", OTHER, PILOT]);
        let paths = [(OTHER.parse().unwrap(), vec!["r-ab12".parse().unwrap(), UNIT.parse().unwrap()])].into();
        sort(&policy, &paths, &mut targets);
        let whole = ObjectKey { bucket: "data".into(), key: "runs/r1/targets.json".into() };
        let waves = of_run(&policy, document, action, &whole, &targets);
        let ids = |targets: &[Target]| targets.iter().map(|target| target.account.id.to_string()).collect();
        waves.into_iter().map(|(wave, targets)| (wave, ids(targets))).collect()
    }

    #[test]
    fn each_wave_has_its_accounts_its_object_and_its_policy() {
        let document = three();
        let [pilot, early, rest] = waves(&document, Action::Rollout).try_into().unwrap();
        assert_eq!([&pilot.1, &early.1, &rest.1], [&[PILOT], &[OTHER], &["111122220000"]]);
        assert_eq!((pilot.0.name.as_str(), pilot.0.title.as_str(), pilot.0.accounts), ("pilot", "wave pilot", 1));
        assert_eq!(early.0.targets.key, "runs/r1/targets-early.json");
        assert_eq!(pilot.0.policy, json!({"windows": []}));
        assert_eq!(rest.0.policy, json!({"windows": document["windows"]}));
    }

    #[test]
    fn a_policy_without_waves_is_one_of_all_targets() {
        let mut document = document(&Value::Null);
        document["haltAbovePercent"] = Value::Null;
        let [(all, ids)] = waves(&document, Action::Rollout).try_into().unwrap();
        assert_eq!((all.name.as_str(), all.title.as_str(), ids.len()), ("", "all accounts", 3));
        assert_eq!((all.targets.key.as_str(), all.tolerated_failure_percentage), ("runs/r1/targets.json", 100));
        assert_eq!(all.policy, document);
    }

    #[test]
    fn only_a_rollout_halts() {
        let halts = |action| waves(&three(), action)[0].0.tolerated_failure_percentage;
        assert_eq!(halts(Action::Rollout), 20);
        assert_eq!([Action::Plan, Action::Disable, Action::Inspect].map(halts), [100; 3]);
    }

    #[test]
    fn waves_without_targets_are_none_of_the_run() {
        let document = document(&json!([{"name": "pilot", "accounts": ["999999999999"]}, {"name": "rest"}]));
        let found = waves(&document, Action::Rollout);
        assert_eq!(found.iter().map(|(wave, _)| wave.name.as_str()).collect::<Vec<_>>(), ["rest"]);
    }

    #[test]
    fn what_is_named_twice_and_who_takes_nobody_is_said() {
        let policy = PatchPolicy::parse(&three()).unwrap();
        let [warning] = named_twice(&policy).try_into().unwrap();
        assert_eq!(warning.name, Warning::IN_TWO_WAVES);
        assert_eq!(
            warning.message,
            format!("{PILOT} is in the waves pilot and early: pilot takes it, as it comes first")
        );
        let mut targets = targets(&[PILOT]);
        sort(&policy, &BTreeMap::new(), &mut targets);
        let names: Vec<_> = empty(&policy, &targets).into_iter().map(|warning| warning.message).collect();
        assert_eq!(names, ["the wave early takes no account in scope", "the wave rest takes no account in scope"]);
    }
}
