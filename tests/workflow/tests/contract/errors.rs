//! The functions name their errors; the definition decides by these names; its README tells the reader what each means.

use std::collections::{BTreeMap, BTreeSet};

use lambda::{CallError, NamedError};
use workflow::{definition, functions, read, template};

/// What Lambda itself reports when it could not run a function, or did not hear of its end.
const LAMBDA: [&str; 9] = [
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
];

#[test]
fn each_retried_error_can_be_raised_by_the_function_of_that_state() {
    for state in definition::tasks() {
        let Some(function) = state.function() else { continue };
        let raised = raised(&function);
        for name in state.retried().concat() {
            assert!(raised.contains(name.as_str()) || LAMBDA.contains(&name.as_str()), "{}: {name}", state.name);
        }
    }
}

#[test]
fn each_state_retries_what_passes_and_nothing_that_is_final() {
    let classes = classes();
    for state in definition::tasks() {
        let Some(function) = state.function() else { continue };
        let retried: BTreeSet<_> = state.retried().concat().into_iter().collect();
        for name in raised(&function).into_iter().chain(LAMBDA) {
            let class = classes.get(name).unwrap_or_else(|| panic!("README.md lacks the error {name}"));
            let is_waited_for = state.caught().first().is_some_and(|names| names.iter().any(|caught| caught == name));
            assert_eq!(class == "not ready", is_waited_for, "{}: {name} is {class}", state.name);
            let passes = ["passing", "crash"].contains(&class.as_str());
            assert_eq!(passes, retried.contains(name), "{}: {name} is {class}", state.name);
        }
    }
}

#[test]
fn the_readme_lists_no_error_that_nothing_raises() {
    let mut raised: BTreeSet<_> = functions::names().iter().flat_map(|name| raised(name)).collect();
    raised.extend(LAMBDA);
    for name in classes().keys() {
        assert!(raised.contains(name.as_str()), "{name}");
    }
}

#[test]
fn there_is_advice_about_every_error_that_can_be_raised() {
    let raised: BTreeSet<_> = functions::names().iter().flat_map(|name| raised(name)).chain(LAMBDA).collect();
    let of_the_machine =
        ["DataLimitExceeded", "IntrinsicFailure", "ItemReaderFailed", "Permissions", "ResultWriterFailed"];
    let of_the_machine = of_the_machine.map(|name| format!("States.{name}"));
    let others = of_the_machine.iter().map(String::as_str).chain(["NoOutcome", "Ssm.ParameterNotFoundException"]);
    for name in raised.into_iter().chain(others) {
        assert!(patching::advice::about(name).is_some(), "{name}");
    }
}

#[test]
fn there_is_advice_about_every_warning() {
    let warnings = functions::warnings();
    assert!(warnings.len() > 10, "{warnings:?}");
    for name in warnings {
        assert!(patching::advice::about(&name).is_some(), "{name}");
    }
}

#[test]
fn the_services_that_the_machine_calls_itself_are_retried_whatever_they_report() {
    for state in definition::tasks().iter().filter(|state| state.function().is_none()) {
        assert_eq!(state.retried(), [["States.ALL"]], "{}", state.name);
    }
}

#[test]
fn whatever_is_left_is_caught() {
    for state in definition::tasks() {
        assert_eq!(state.caught().last().map(Vec::as_slice), Some(&["States.ALL".to_owned()][..]), "{}", state.name);
    }
}

#[test]
fn states_all_stands_alone_and_last() {
    for state in definition::states() {
        for rules in [state.retried(), state.caught()] {
            for (index, names) in
                rules.iter().enumerate().filter(|(_, names)| names.iter().any(|name| name == "States.ALL"))
            {
                assert_eq!((names.len(), index), (1, rules.len() - 1), "{}", state.name);
            }
        }
    }
}

#[test]
fn no_error_of_ours_has_a_name_that_step_functions_or_lambda_might_use() {
    for name in functions::names().iter().flat_map(|name| raised(name)) {
        assert!(name.chars().all(char::is_alphanumeric) && !name.ends_with("Exception"), "{name}");
    }
}

/// The function decides when it is over, by the parameter `NewAccountGraceMinutes`.
#[test]
fn a_new_account_has_its_whole_grace_for_its_role() {
    let waiting = definition::state("LetRoleArrive").body;
    assert_eq!((&waiting["Type"], &waiting["Next"]), (&"Wait".into(), &"AssumeRole".into()));
    let longest = template::load("main.yaml")["Parameters"]["NewAccountGraceMinutes"]["MaxValue"].as_u64().unwrap();
    let rounds = longest * 60 / waiting["Seconds"].as_u64().unwrap();
    // Entering and leaving both states, and three events of the invocation; Step Functions ends an execution at 25,000.
    assert!(rounds * 7 < 20_000, "{rounds} rounds");
}

/// Every name that a function's error can have.
fn raised(function: &str) -> BTreeSet<&'static str> {
    let own = match function {
        "answer-stack" => answer_stack::Error::names(),
        "assume-role" => assume_role::Error::names(),
        "configure-dhmc" | "configure-windows" | "inspect-hosts" | "teardown" => CallError::names(),
        "list-accounts" => list_accounts::Error::names(),
        "report" => report::Error::names(),
        "start-rollout" => start_rollout::Error::names(),
        unknown => panic!("which errors can {unknown} raise?"),
    };
    own.into_iter().chain(["InvalidInput", "Panicked"]).collect() // lambda::serve answers what is not a request, and a panic
}

/// The table of errors in the README: name, class.
fn classes() -> BTreeMap<String, String> {
    let readme = read("statemachine/README.md");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.filter_map(|(name, rest)| Some((name.to_owned(), rest.split_once(" |")?.0.to_owned())))
        .filter(|(_, class)| ["passing", "crash", "not ready", "final"].contains(&class.as_str()))
        .collect()
}
