//! The bugs: what is right, what is wrong instead, and the test that finds it.

use crate::planted::copy::CaughtBy;

/// A bug that somebody might make.
pub(crate) struct Bug {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    /// Stands in the file once.
    pub(crate) right: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) caught_by: CaughtBy,
}

impl Bug {
    /// The file that holds the test, and the test's name without its modules.
    pub(crate) fn test_source(&self) -> (String, &'static str) {
        let CaughtBy { package, suite, test } = self.caught_by;
        let (module, name) = test.rsplit_once("::").unwrap_or(("", test));
        let module = module.replace("::", "/");
        if let Some(suite) = suite {
            return (format!("tests/{package}/tests/{suite}/{module}.rs"), name);
        }
        // Tests stand in a file of their own or in that of the module.
        let files = [module.as_str(), module.trim_end_matches("/tests")];
        let [own, of_module] = files.map(|module| format!("functions/{package}/src/{module}.rs"));
        (if workflow::root().join(&own).exists() { own } else { of_module }, name)
    }
}

const fn by(suite: &'static str, test: &'static str) -> CaughtBy {
    CaughtBy { package: "workflow", suite: Some(suite), test }
}

const fn in_function(package: &'static str, test: &'static str) -> CaughtBy {
    CaughtBy { package, suite: None, test }
}

const DEFINITION: &str = "statemachine/rollout.asl.json";
const OBSERVE: &str = "functions/lib/member/src/windows/observe.rs";
const WRITE: &str = "functions/lib/member/src/windows/write.rs";
const APPLY: &str = "functions/lib/member/src/windows/apply.rs";

pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "no client token when a window is created",
        file: WRITE,
        right: ".client_token(self.token(\"window\", settings))",
        wrong: "",
        caught_by: by("reconcile", "concurrency::two_tries_of_one_run_at_once_create_each_window_once"),
    },
    Bug {
        name: "the same client tokens in every run",
        file: "functions/lib/patching/src/place.rs",
        right: "format!(\"{}/{}/{}/{item}/{parent}/{settings:?}\", self.run,",
        wrong: "format!(\"{}/{}/{item}/{parent}/{settings:?}\",",
        caught_by: by("reconcile", "ownership::what_a_teardown_deleted_a_later_rollout_creates_anew"),
    },
    Bug {
        name: "windows of ours are not looked for by their tag",
        file: OBSERVE,
        right: "if !carries(ssm, round.site.owner_tag, &id).await? {",
        wrong: "if false {",
        caught_by: by("guarantees", "promises::nothing_without_the_owner_tag_is_touched"),
    },
    Bug {
        name: "a created window does not get the tag",
        file: WRITE,
        right: ".tags(tag.map_err(|error| CallError::not_made(OPERATION, error))?)",
        wrong: ".set_tags(tag.ok().and(None))",
        caught_by: by(
            "guarantees",
            "promises::after_a_run_an_account_holds_what_the_policy_says_whatever_it_held_before",
        ),
    },
    Bug {
        name: "tasks are not updated",
        file: WRITE,
        right: "            Call::UpdateTask(id, settings) => {\n",
        wrong: "            Call::UpdateTask(..) => Ok(()),\n            Call::UpdateTask(id, settings) => {\n",
        caught_by: by("reconcile", "repair::install_instead_of_scan_reaches_all_tasks"),
    },
    Bug {
        name: "an update keeps what it does not name",
        file: WRITE,
        right: "update_maintenance_window().replace(true)",
        wrong: "update_maintenance_window()",
        caught_by: by(
            "guarantees",
            "promises::after_a_run_an_account_holds_what_the_policy_says_whatever_it_held_before",
        ),
    },
    Bug {
        name: "only the first page of windows is read",
        file: OBSERVE,
        right: "    every(ssm.describe_maintenance_windows().max_results(PAGE_SIZE).into_paginator().items().send(), LISTING).await\n",
        wrong: "    let page = ssm.describe_maintenance_windows().max_results(PAGE_SIZE).send().await.called(LISTING)?;\n    Ok(page.window_identities.unwrap_or_default())\n",
        caught_by: by("guarantees", "promises::a_second_run_changes_nothing"),
    },
    Bug {
        name: "a window that another run has completed, too, counts as whole",
        file: "functions/lib/member/src/windows/look.rs",
        right: "others(targets) > 1 || others(tasks) > 1",
        wrong: "others(targets) > 9 || others(tasks) > 9",
        caught_by: by("reconcile", "concurrency::windows_that_another_run_completed_meanwhile_have_their_parts_once"),
    },
    Bug {
        name: "windows are deleted though one in their place was refused",
        file: APPLY,
        right: "    if is_done(&attempts) {\n        attempts.extend(",
        wrong: "    {\n        attempts.extend(",
        caught_by: by("reconcile", "crashes::nothing_is_deleted_when_a_window_in_its_place_is_refused"),
    },
    Bug {
        name: "the hash of a document is not pinned",
        file: "functions/lib/member/src/windows/documents.rs",
        right: "let hash = described.hash;",
        wrong: "let hash = described.hash.and(None);",
        caught_by: by("reconcile", "repair::a_document_that_aws_published_anew_gets_its_new_hash_in_every_task"),
    },
    Bug {
        name: "a plan writes",
        file: "functions/lib/member/src/windows/rounds.rs",
        right: "if !action.changes() {",
        wrong: "if false {",
        caught_by: by("guarantees", "promises::a_plan_says_what_a_rollout_would_do_and_does_nothing"),
    },
    Bug {
        name: "a role for DHMC that is not there is set",
        file: "functions/configure-dhmc/src/lib.rs",
        right: "Err(error) => return Err(error),",
        wrong: "Err(_) => None,",
        caught_by: by("reconcile", "dhmc::a_role_that_the_account_lacks_is_an_error_where_hosts_would_have_it"),
    },
    Bug {
        name: "somebody else's DHMC role is replaced",
        file: "functions/lib/patching/src/dhmc.rs",
        right: "Some(_) if !policy.overwrite =>",
        wrong: "Some(_) if policy.role.is_none() =>",
        caught_by: by("reconcile", "dhmc::somebody_elses_role_is_kept_through_rollout_and_teardown"),
    },
    Bug {
        name: "a session is used beyond its end",
        file: "functions/lib/member/src/sessions.rs",
        right: "usable_until = expires.checked_sub(MARGIN).unwrap_or(expires)",
        wrong: "usable_until = expires + MARGIN * 1_000_000",
        caught_by: by(
            "guarantees",
            "sessions::a_session_serves_its_run_but_not_in_its_last_minutes_and_another_run_makes_its_own",
        ),
    },
    Bug {
        name: "a session that has ended is kept",
        file: "functions/lib/member/src/sessions.rs",
        right: "        self.kept().pop(&key);\n        with_session()",
        wrong: "        with_session()",
        caught_by: by(
            "guarantees",
            "sessions::a_session_that_the_service_does_not_know_is_dropped_and_one_call_is_all_that_it_costs",
        ),
    },
    Bug {
        name: "a throttled call is final",
        file: "functions/lib/lambda/src/call.rs",
        right: "\"ThrottlingException Throttling ",
        wrong: "\"Throttling ",
        caught_by: by("guarantees", "faults::throttling_and_breakdowns_at_random_leave_what_the_next_run_completes"),
    },
    Bug {
        name: "a final error is retried",
        file: DEFINITION,
        right: "\"ErrorEquals\": [\"RoleNotReady\"]",
        wrong: "\"ErrorEquals\": [\"RoleNotReady\", \"AccessDenied\"]",
        caught_by: by("contract", "errors::each_state_retries_what_passes_and_nothing_that_is_final"),
    },
    Bug {
        name: "a message in the queue without its Region",
        file: DEFINITION,
        right: "                      \"accounts.$\": \"States.Array($.accountId)\",\n                      \"regions.$\": \"States.Array($.region)\"\n",
        wrong: "                      \"accounts.$\": \"States.Array($.accountId)\"\n",
        caught_by: by("contract", "shapes::records::dead_letters_are_execution_inputs_for_what_failed"),
    },
    Bug {
        name: "one failed account ends the run",
        file: DEFINITION,
        right: "\"ToleratedFailureCountPath\": \"$.rollout.waves.current.toleratedFailures\"",
        wrong: "\"ToleratedFailureCount\": 0",
        caught_by: by("contract", "definition::one_account_never_ends_the_run_unless_the_policy_says_so"),
    },
    Bug {
        name: "an account that left no record is left out",
        file: "functions/report/src/gather.rs",
        right: "        outcomes.push(AccountOutcome { organizational_unit: account.organizational_unit, wave, ..without });\n",
        wrong: "        drop((without, wave));\n",
        caught_by: in_function("report", "tests::an_account_without_a_record_is_reported_as_failed"),
    },
    Bug {
        name: "an empty list of accounts means all",
        file: "functions/lib/policy/src/input.rs",
        right: "is_some_and(BTreeSet::is_empty)",
        wrong: "is_some_and(|_| false)",
        caught_by: by(
            "guarantees",
            "promises::what_is_not_valid_is_refused_by_the_names_of_its_fields_before_anything_is_done",
        ),
    },
    Bug {
        name: "an event without a record means all accounts",
        file: "functions/lib/policy/src/input.rs",
        right: "input.present(\"joined\")",
        wrong: "input.field(\"joined\")",
        caught_by: by(
            "guarantees",
            "promises::what_is_not_valid_is_refused_by_the_names_of_its_fields_before_anything_is_done",
        ),
    },
    Bug {
        name: "a deletion for which no run could be done succeeds",
        file: "functions/answer-stack/src/decide.rs",
        right: "Err(reason) => Answer::failed(reason),",
        wrong: "Err(reason) => Answer::success_in_spite_of(Default::default(), &reason.summary),",
        caught_by: in_function("answer-stack", "decide::tests::a_deletion_for_which_no_run_could_be_done_fails"),
    },
    Bug {
        name: "the custom resource gets another id with each request",
        file: "functions/start-rollout/src/event.rs",
        right: "given.unwrap_or(PHYSICAL_RESOURCE_ID)",
        wrong: "given.or(text(\"RequestId\")).unwrap_or(PHYSICAL_RESOURCE_ID)",
        caught_by: in_function("start-rollout", "tests::a_rollout_that_cannot_be_started_fails_the_stack"),
    },
];
