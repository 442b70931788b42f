//! The definition is whole, which a deployment to the local AWS would not tell.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use workflow::{definition, read, template};

#[test]
fn each_state_is_reached_and_leads_to_states_beside_it() {
    for machine in definition::machines() {
        let states: BTreeMap<_, _> = definition::states()
            .into_iter()
            .filter(|state| machine["States"][&state.name].is_object())
            .map(|state| (state.name.clone(), state))
            .collect();
        let mut reached = BTreeSet::new();
        let mut next = vec![machine["StartAt"].as_str().unwrap().to_owned()];
        while let Some(name) = next.pop() {
            let state = states.get(&name).unwrap_or_else(|| panic!("{name} is not in {:?}", states.keys()));
            if reached.insert(name) {
                next.extend(state.followers());
            }
        }
        assert_eq!(reached, states.into_keys().collect());
    }
}

#[test]
fn each_state_ends_or_goes_on() {
    for state in definition::states() {
        let last = state.body["End"] == true || state.body["Type"] == "Succeed" || state.body["Type"] == "Fail";
        assert_ne!(last, !state.followers().is_empty(), "{}", state.name);
    }
}

#[test]
fn names_are_unique_in_the_whole_machine_and_no_longer_than_80_characters() {
    let names: Vec<_> = definition::states().into_iter().map(|state| state.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|name| name.chars().count() <= 80));
}

#[test]
fn each_task_has_a_timeout_a_retry_and_a_catch() {
    for state in definition::tasks() {
        assert!(state.body["TimeoutSeconds"].as_u64().is_some(), "{}", state.name);
        assert!(!state.retried().is_empty(), "{}", state.name);
        assert!(!state.caught().is_empty(), "{}", state.name);
    }
}

/// `States.ALL` does not match that error, says the documentation.
#[test]
fn each_map_catches_a_result_that_is_too_long_for_a_state() {
    for state in definition::states().iter().filter(|state| state.body["Type"] == "Map") {
        let caught = state.caught();
        assert_eq!(caught[caught.len() - 2..], [["States.DataLimitExceeded"], ["States.ALL"]], "{}", state.name);
    }
}

#[test]
fn what_is_kept_of_each_account_goes_where_the_machine_may_write() {
    let writer = definition::state("EachAccount").body["ResultWriter"].clone();
    assert_eq!(writer["Parameters"]["Prefix.$"], "States.Format('runs/{}/children', $$.Execution.Name)");
    let statements = template::statements(&template::properties("RolloutRole"));
    let writing = statements.iter().find(|statement| statement["Sid"] == "ChildResults").unwrap();
    assert_eq!(writing["Resource"], json!({ "Fn::Sub": "${DataBucket.Arn}/runs/*/children/*" }));
    let needed = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];
    assert_eq!(writing["Action"], json!(needed));
}

#[test]
fn a_function_ends_by_itself_before_its_task_gives_it_up() {
    for state in definition::tasks() {
        let Some(name) = state.function() else { continue };
        let function_seconds = template::function(&name)["Timeout"].as_u64().unwrap();
        let task_seconds = state.body["TimeoutSeconds"].as_u64().unwrap();
        assert!(function_seconds < task_seconds, "{name}: {function_seconds} s, its task {task_seconds} s");
    }
}

#[test]
fn a_run_that_replaces_others_waits_as_long_as_their_functions_may_take() {
    let in_accounts = definition::machines().into_iter().skip(1);
    let states: Vec<_> = in_accounts.flat_map(|machine| definition::states_of(&machine)).collect();
    // What only looks is in nobody's way.
    let changing = states.iter().filter(|state| state.name != "InspectHosts");
    let seconds = changing.filter_map(|state| template::function(&state.function()?)["Timeout"].as_u64());
    let longest = seconds.max();
    for name in ["LetReplacedRunsFinish", "LetHaltedWaveFinish"] {
        assert_eq!(definition::state(name).body["Seconds"].as_u64(), longest, "{name}");
    }
}

#[test]
fn concurrency_is_a_number_once_the_template_put_it_in() {
    let text = definition::text();
    assert!(text.contains("\"MaxConcurrency\": ${AccountConcurrency},"));
    assert!(text.contains("\"MaxConcurrency\": ${RegionConcurrency},"));
}

#[test]
fn one_account_never_ends_the_run_unless_the_policy_says_so() {
    let map = definition::state("EachAccount").body;
    assert_eq!(map["ToleratedFailureCountPath"], "$.rollout.waves.current.toleratedFailures");
    assert_eq!(map["Catch"][0]["Next"], "WaveHalted");
    assert_eq!(map["ItemProcessor"]["ProcessorConfig"]["Mode"], "DISTRIBUTED");
    assert_eq!(map["ItemProcessor"]["ProcessorConfig"]["ExecutionType"], "STANDARD");
}

/// Of a rollout in which nothing changes. A child execution of a Distributed Map is a transition, too; an iteration of an inline one is
/// not: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html>.
#[test]
fn the_cost_counts_the_transitions_that_the_definition_has() {
    let [whole, account, region] = transitions([("AnyWaveLeft", "NextWave"), ("AnythingToNote", "NoteFootprint")]);
    let inspection = transitions([("AnyWaveLeft", "NextWave"), ("Action?", "InspectHosts")]);
    assert_eq!(inspection[0], whole);
    let (account, inspected) = (account + 1, inspection[1] + 1);
    let documented = read("templates/README.md");
    for counted in [
        format!("{whole} + an account's {inspected} + a Region's {} transitions, 58,011", inspection[2]),
        format!("{whole} + an account's {account} + a Region's {region} |"),
        format!("| {whole} + 100 × ({account} + 17 × {region}) ="),
        format!("a × ({account} + {region} × r) ÷ 5,000"),
    ] {
        assert!(documented.contains(&counted), "templates/README.md has to say: {counted}");
    }
}

/// Of the whole with one wave, an account and a Region; where a Choice is not left by its default the first time, as these `ways` say.
fn transitions(ways: [(&str, &str); 2]) -> [usize; 3] {
    let ways = BTreeMap::from(ways);
    definition::machines().iter().map(|machine| passed(machine, ways.clone())).collect::<Vec<_>>().try_into().unwrap()
}

fn passed(machine: &Value, mut ways: BTreeMap<&str, &str>) -> usize {
    let (mut count, mut next) = (0, machine["StartAt"].as_str());
    while let Some(name) = next {
        let state = &machine["States"][name];
        next = ways.remove(name).or_else(|| state["Next"].as_str().or_else(|| state["Default"].as_str()));
        count += 1;
    }
    count
}
