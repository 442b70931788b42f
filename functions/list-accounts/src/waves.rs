//! A run's waves: which accounts each takes, and in which order they come.

use std::collections::{BTreeMap, BTreeSet};

use patching::outcome::Warning;
use patching::targets::Target;
use policy::ids::AccountId;
use policy::input::Action;
use policy::{Differences, HaltAbovePercent, PatchPolicy, Wave};
use record::ObjectKey;
use serde::Serialize;
use serde_json::{Value, json};

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
    /// How many accounts the wave has, also in a retry, which may take fewer of them.
    pub accounts: usize,
    /// The percentage of them that may fail before the run halts.
    pub halt_above_percent: u8,
    /// How many that is.
    pub tolerated_failures: usize,
    /// The policy as it is in this wave.
    pub policy: Value,
}

/// How many accounts a wave has, by its name.
pub(crate) type Sizes = BTreeMap<Option<String>, usize>;

/// How many accounts the waves of these targets have, which are [sorted](sort).
pub(crate) fn sizes(targets: &[Target]) -> Sizes {
    targets.chunk_by(is_same).map(|of_wave| (of_wave[0].wave.clone(), size(of_wave))).collect()
}

fn is_same(one: &Target, other: &Target) -> bool {
    one.wave == other.wave
}

/// As many as there are, or were in an earlier run.
fn size(of_wave: &[Target]) -> usize {
    of_wave.iter().map(|target| target.wave_accounts).fold(of_wave.len(), usize::max)
}

/// Gives each target its wave, with the size that it had `earlier`, and puts them into the order of the waves.
pub(crate) fn sort(
    policy: &PatchPolicy,
    paths: &BTreeMap<AccountId, Path>,
    earlier: Option<&Sizes>,
    targets: &mut [Target],
) {
    for target in &mut *targets {
        let id = &target.account.id;
        let wave = policy.wave_of(id, paths.get(id).map_or(&[], Vec::as_slice));
        // What left the scope is in no wave: it comes last, and its failures halt nothing.
        target.wave =
            wave.filter(|_| !target.sweep || target.action != Some(Action::Disable)).map(|wave| wave.name.to_string());
        target.wave_accounts = earlier.and_then(|sizes| sizes.get(&target.wave)).copied().unwrap_or_default();
    }
    targets.sort_by_key(|target| position(policy, target));
    for of_wave in targets.chunk_by_mut(is_same) {
        let size = size(of_wave);
        for target in of_wave {
            target.wave_accounts = size;
        }
    }
}

/// The place of a target's wave among the policy's, or after them.
fn position(policy: &PatchPolicy, target: &Target) -> usize {
    let is_its_own = |wave: &Wave| target.wave.as_deref() == Some(wave.name.as_str());
    policy.waves.iter().position(is_its_own).unwrap_or(policy.waves.len())
}

/// The waves that have targets, each with these, which are [sorted](sort). `whole` is the object with all targets.
///
/// A rollout may halt, unless it is one for accounts `by_name`: who names accounts wants to know of each what became of it.
pub(crate) fn of_run<'a>(
    policy: &PatchPolicy,
    document: &Value,
    action: Action,
    by_name: bool,
    whole: &ObjectKey,
    targets: &'a [Target],
) -> Vec<(WaveOfRun, &'a [Target])> {
    let never = HaltAbovePercent::default();
    let wave = |targets: &'a [Target]| {
        let first = targets.first()?;
        let wave = policy.waves.get(position(policy, first));
        let name = wave.map(|wave| wave.name.to_string()).unwrap_or_default();
        let left_scope = wave.is_none() && !policy.waves.is_empty();
        let halts = action == Action::Rollout && !by_name && !left_scope;
        let halt = if halts { policy.halt_above_percent } else { never }.get();
        let of_wave = WaveOfRun {
            title: if wave.is_some() { format!("wave {name}") } else { "all accounts".to_owned() },
            targets: if policy.waves.is_empty() { whole.clone() } else { object(whole, &name) },
            name,
            accounts: first.wave_accounts,
            halt_above_percent: halt,
            tolerated_failures: first.wave_accounts * usize::from(halt) / 100,
            policy: match wave {
                Some(wave) if action != Action::Disable => wave.differences.applied_to(document),
                None if !left_scope => document.clone(),
                _ => to_empty(policy, document),
            },
        };
        Some((of_wave, targets))
    };
    targets.chunk_by(is_same).filter_map(wave).collect()
}

/// The policy by which an account is emptied, whatever wave it is or was in: what is ours is so by the names of any of them.
fn to_empty(policy: &PatchPolicy, document: &Value) -> Value {
    let mut whole = Differences::default().applied_to(document);
    if let Some(sets) = policy.everywhere().find(|policy| policy.dhmc.enabled) {
        whole["dhmc"] = json!(sets.dhmc);
    }
    whole
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
                Some(first) => {
                    let waves = format!("{named} is in the waves {first} and {}", wave.name);
                    warnings.push(Warning::new("InTwoWaves", format!("{waves}: {first} takes it, as it comes first")));
                }
                None => drop(first.insert(named, wave.name.clone())),
            }
        }
    }
    warnings
}

/// What a person should look at when all accounts are known: waves that take none of these `targets`, and accounts that waves name and of
/// which no path is known.
pub(crate) fn of_nobody(policy: &PatchPolicy, paths: &BTreeMap<AccountId, Path>, targets: &[Target]) -> Vec<Warning> {
    let unknown = policy.waves.iter().flat_map(|wave| {
        let accounts = wave.accounts.iter().filter(|id| !paths.contains_key(*id));
        let told = |id| format!("the wave {} names the account {id}, which the organization does not have", wave.name);
        accounts.map(told).map(|message| Warning::new("UnknownAccount", message))
    });
    let taken: BTreeSet<_> = targets.iter().filter_map(|target| target.wave.as_deref()).collect();
    let waves = policy.waves.iter().filter(|wave| !taken.contains(wave.name.as_str()));
    let empty = waves.map(|wave| format!("the wave {} takes no account in scope", wave.name));
    unknown.chain(empty.map(|message| Warning::new("WaveTakesNobody", message))).collect()
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
        sort(&policy, &paths, None, &mut targets);
        let whole = ObjectKey { bucket: "data".into(), key: "runs/r1/targets.json".into() };
        let waves = of_run(&policy, document, action, false, &whole, &targets);
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
        assert_eq!(
            (all.targets.key.as_str(), all.halt_above_percent, all.tolerated_failures),
            ("runs/r1/targets.json", 100, 3)
        );
        assert_eq!(all.policy, document);
    }

    #[test]
    fn so_many_may_fail_as_the_percentage_makes_of_the_whole_wave() {
        let policy = PatchPolicy::parse(&three()).unwrap();
        let tolerated = |count: usize, earlier: Option<usize>, by_name: bool| {
            let ids: Vec<_> = (0..count).map(|number| format!("{}", 900_000_000_000_u64 + number as u64)).collect();
            let mut targets = targets(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            let earlier = earlier.map(|size| Sizes::from([(Some("rest".to_owned()), size)]));
            sort(&policy, &BTreeMap::new(), earlier.as_ref(), &mut targets);
            let whole = ObjectKey { bucket: "data".into(), key: "runs/r1/targets.json".into() };
            let [(wave, _)] = of_run(&policy, &three(), Action::Rollout, by_name, &whole, &targets).try_into().unwrap();
            assert_eq!(sizes(&targets), Sizes::from([(Some("rest".to_owned()), wave.accounts)]));
            (wave.accounts, wave.tolerated_failures)
        };
        assert_eq!([4, 5, 10, 14].map(|count| tolerated(count, None, false).1), [0, 1, 2, 2]);
        assert_eq!(tolerated(1, Some(10), false), (10, 2), "what failed before is tried again, of the same wave");
        assert_eq!(tolerated(12, Some(10), false), (12, 2), "who has come since counts");
        assert_eq!(tolerated(7, None, true), (7, 7));
        let halts = |action| waves(&three(), action)[0].0.halt_above_percent;
        assert_eq!([Action::Rollout, Action::Plan, Action::Disable, Action::Inspect].map(halts), [20, 100, 100, 100]);
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
        assert_eq!(warning.name, "InTwoWaves");
        assert_eq!(
            warning.message,
            format!("{PILOT} is in the waves pilot and early: pilot takes it, as it comes first")
        );
        let mut targets = targets(&[PILOT]);
        sort(&policy, &BTreeMap::new(), None, &mut targets);
        let known = [(OTHER.parse().unwrap(), Path::new())].into();
        let said: Vec<_> = of_nobody(&policy, &known, &targets).into_iter().map(|warning| warning.message).collect();
        let stranger = format!("names the account {PILOT}, which the organization does not have");
        assert_eq!(
            said,
            [
                format!("the wave pilot {stranger}"),
                format!("the wave early {stranger}"),
                "the wave early takes no account in scope".to_owned(),
                "the wave rest takes no account in scope".to_owned()
            ]
        );
    }

    /// Its failures would be the wave's, and what it holds may be of any wave.
    #[test]
    fn who_left_the_scope_comes_last_in_no_wave() {
        let mut document = three();
        document["dhmc"] = json!({"enabled": false});
        document["waves"][1]["dhmc"] = json!({"enabled": true});
        let policy = PatchPolicy::parse(&document).unwrap();
        let mut targets = targets(&[PILOT, OTHER]);
        (targets[0].action, targets[0].sweep) = (Some(Action::Disable), true);
        sort(&policy, &BTreeMap::new(), None, &mut targets);
        let whole = ObjectKey { bucket: "data".into(), key: "runs/r1/targets.json".into() };
        let [(rest, _), (left, ids)] =
            of_run(&policy, &document, Action::Rollout, false, &whole, &targets).try_into().unwrap();
        assert_eq!((rest.name.as_str(), rest.halt_above_percent), ("rest", 20));
        assert_eq!(
            (left.name.as_str(), left.halt_above_percent, left.targets.key.as_str()),
            ("", 100, "runs/r1/targets-.json")
        );
        assert_eq!(ids[0].account.id.as_str(), PILOT);
        assert_eq!(left.policy["dhmc"]["enabled"], true, "as one of the waves sets it");
        let disabled = of_run(&policy, &document, Action::Disable, false, &whole, &targets);
        assert_eq!(disabled[0].0.policy, left.policy);
    }
}
