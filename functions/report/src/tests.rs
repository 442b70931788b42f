use std::collections::BTreeSet;

use lambda::NamedError;
use patching::outcome::AccountOutcome;
use record::Ledger;
use serde_json::{Value, from_str, from_value, json};
use support::Server;

use super::*;
use crate::metrics::Metrics;
use crate::notification::{Notifier, Notify};

const FIRST: &str = "111122223333";
const SECOND: &str = "111122224444";

fn outcome(id: &str, recorded: &Value) -> AccountOutcome {
    AccountOutcome::from_ledger(id.parse().unwrap(), format!("name of {id}"), &recorded.to_string()).unwrap()
}

fn target(id: &str) -> Target {
    let account = json!({"id": id, "name": "n", "state": "ACTIVE", "organizationalUnit": format!("Root/unit of {id}")});
    from_value(json!({"account": account, "regions": null, "sweep": false})).unwrap()
}

pub(crate) fn request(changes: &Value) -> Request {
    let mut request = json!({
        "run": "r1", "startedAt": "2026-12-01T00:00:00Z", "input": {},
        "execution": "arn:aws:states:eu-west-1:111122223333:execution:rollout:r1",
        "policy": {"windows": [], "dhmc": {"role": "service-role/Ours"}}, "action": "rollout", "targets": null,
        "accounts": {"inScope": 1, "unavailable": 0, "skipped": {"suspended": 2}}, "error": null
    });
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
    from_value(request).unwrap()
}

pub(crate) fn gathered(changes: &Value, recorded: Vec<AccountOutcome>, targets: Vec<Target>) -> RunSummary {
    gather(request(changes), recorded, targets, "2026-12-01T00:01:40Z".parse().unwrap())
}

/// Of a run of one account that succeeded, with these changes of the request.
pub(crate) fn summary(changes: &Value) -> RunSummary {
    summary_of(changes, &json!({"regions": [{"region": "eu-west-1", "status": "succeeded"}]}))
}

/// Of a run of one account of which this is recorded.
pub(crate) fn summary_of(changes: &Value, recorded: &Value) -> RunSummary {
    gathered(changes, vec![outcome(FIRST, recorded)], vec![])
}

#[test]
fn an_account_without_a_record_is_reported_as_failed() {
    let recorded = vec![outcome(SECOND, &json!({"regions": [{"region": "eu-west-1", "status": "succeeded"}]}))];
    let outcomes = gathered(&json!({}), recorded, vec![target(FIRST), target(SECOND)]).outcomes;
    let [missing, recorded] = outcomes.as_slice() else { panic!("two accounts, not {outcomes:?}") };
    assert_eq!((missing.status, missing.error.as_ref().unwrap().name.as_str()), (Status::Failed, "NoOutcome"));
    assert_eq!(recorded.status, Status::Succeeded);
}

#[test]
fn each_account_has_the_unit_that_the_targets_name() {
    let outcomes =
        gathered(&json!({}), vec![outcome(SECOND, &json!({}))], vec![target(FIRST), target(SECOND)]).outcomes;
    let units: Vec<_> = outcomes.iter().map(|account| account.organizational_unit.as_deref().unwrap()).collect();
    assert_eq!(units, [format!("Root/unit of {FIRST}"), format!("Root/unit of {SECOND}")]);
}

#[test]
fn a_run_that_could_not_be_done_is_failed_whatever_is_recorded() {
    let caught = json!({"Error": "InvalidPolicy", "Cause": "{\"errorMessage\": \"no windows\"}"});
    let summary = gathered(&json!({"error": caught}), vec![outcome(SECOND, &json!({}))], vec![]);
    assert_eq!(summary.status, Status::Failed);
    assert_eq!(summary.error.unwrap().message, "no windows");
}

#[test]
fn accounts_left_out_are_counted() {
    let summary = summary(&json!({}));
    assert_eq!((summary.status, summary.totals.accounts.skipped), (Status::Succeeded, 2));
}

#[test]
fn an_account_in_which_nothing_was_done_is_counted_with_its_reason() {
    let denied = json!({"skipped": {"name": "AccountDenied", "cause": "no"}, "warnings": [{"name": "AccountDenied", "cause": "no"}]});
    let summary = gathered(&json!({}), vec![outcome(FIRST, &denied), outcome(SECOND, &json!({}))], vec![]);
    assert_eq!((summary.status, summary.totals.accounts.skipped, summary.warnings), (Status::Skipped, 4, 1));
    let expected =
        [("AccountDenied", 1), ("NoRegion", 1), ("suspended", 2)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(summary.skipped, expected.into());
}

#[test]
fn a_dhmc_role_of_somebody_else_is_one_warning_in_however_many_regions_and_ours_is_none() {
    let region = |role: &str| {
        json!({"regions": [{"region": "eu-west-1", "status": "succeeded",
                            "dhmc": {"status": "kept", "before": role, "after": role}}]})
    };
    let run = |role| gathered(&json!({}), [FIRST, SECOND].map(|id| outcome(id, &region(role))).into(), vec![]);
    let (theirs, ours) = (run("Theirs"), run("service-role/Ours"));
    assert_eq!((theirs.warnings, ours.warnings), (1, 0));
    let told = "the role Theirs, which is not ours, in 2 account-Regions of 2 accounts";
    assert!(theirs.run_warnings[0].message.contains(told), "{:?}", theirs.run_warnings);
    for text in [html::render(&theirs, None).unwrap(), notification::text(&theirs, None)] {
        assert_eq!(text.matches(told).count(), 1, "{text}");
    }
    let table = String::from_utf8(csv::render(&theirs).unwrap()).unwrap();
    assert_eq!((table.matches(",kept,Theirs,Theirs,").count(), table.matches("not ours").count()), (2, 0));
}

#[test]
fn a_dhmc_role_that_could_not_be_looked_for_is_one_warning_in_however_many_regions() {
    let region = |name: &str, why: Option<&str>| {
        let dhmc = json!({"status": "unchanged", "before": "Ours", "after": "Ours", "notLookedFor": why});
        json!({"region": name, "status": "succeeded", "dhmc": dhmc})
    };
    let both = ["eu-west-1", "us-east-1"].map(|name| region(name, Some("iam:GetRole: no")));
    let denied = || json!({ "regions": both });
    let accounts = |first, second| vec![outcome(FIRST, &first), outcome(SECOND, &second)];
    let told = |first, second| gathered(&json!({}), accounts(first, second), vec![]).run_warnings;
    let found = || json!({"regions": [region("eu-west-1", None)]});
    assert_eq!(told(found(), found()), []);
    let warnings = told(found(), denied());
    assert_eq!((warnings.len(), warnings[0].name.as_str()), (1, "DhmcRoleNotLookedFor"));
    let message = &warnings[0].message;
    assert!(
        message.contains("in 2 account-Regions of 1 accounts") && message.ends_with(": iam:GetRole: no"),
        "{message}"
    );
}

/// One whose moment has passed, one that opens each hour for two, one that is as it should be.
pub(crate) fn policy() -> Value {
    let window = |name: &str, schedule: &str| {
        json!({"name": name, "schedule": schedule, "timezone": "Europe/Berlin", "durationHours": 2, "cutoffHours": 0,
               "target": {"key": "tag-key", "values": ["Name"]}, "task": {"name": "Update", "document": "AWS-UpdateSSMAgent"}})
    };
    let windows = [
        window("once", "at(2026-11-30T00:00:00)"),
        window("hourly", "rate(1 hour)"),
        window("monthly", "cron(0 2 1 * ? *)"),
    ];
    json!({"windows": windows, "dhmc": {"enabled": false}, "ownerTag": {"key": "k", "value": "v"}})
}

#[test]
fn what_is_odd_about_the_policys_calendar_is_said_once_whatever_the_accounts() {
    let of = |action: &str| {
        let accounts = vec![outcome(FIRST, &json!({})), outcome(SECOND, &json!({}))];
        gathered(&json!({"policy": policy(), "action": action}), accounts, vec![])
    };
    for action in ["rollout", "plan"] {
        let summary = of(action);
        let names: Vec<_> = summary.run_warnings.iter().map(|warning| warning.name.as_str()).collect();
        assert_eq!((summary.warnings, names), (2, vec!["NeverOpens", "OpeningsOverlap"]));
        let (page, text) = (html::render(&summary, None).unwrap(), notification::text(&summary, None));
        for told in ["the window once does not open any more", "the window hourly opens at "] {
            assert!(page.contains(told) && text.contains(told), "{told}");
        }
    }
    assert_eq!(of("disable").warnings, 0);
}

#[test]
fn what_was_found_about_the_scope_is_said_with_what_is_said_about_the_policy() {
    let warnings = json!([{"name": "UnknownRegion", "message": "there is no Region eu-wets-1: it was left out"}]);
    let summary = summary(&json!({"warnings": warnings, "action": "disable"}));
    assert_eq!((summary.warnings, summary.run_warnings[0].name.as_str()), (1, "UnknownRegion"));
    for told in [html::render(&summary, None).unwrap(), notification::text(&summary, None)] {
        assert!(told.contains("there is no Region eu-wets-1"), "{told}");
    }
}

#[test]
fn a_plan_shows_the_next_twelve_openings_of_each_window() {
    let page = |action: &str| html::render(&summary(&json!({"policy": policy(), "action": action})), None).unwrap();
    let (plan, rollout) = (page("plan"), page("rollout"));
    for opening in ["Fri 1 Jan 2027 02:00 CET", "Thu 1 Jul 2027 02:00 CEST", "Mon 1 Nov 2027 02:00 CET"] {
        assert_eq!((plan.matches(opening).count(), rollout.matches(opening).count()), (1, 0), "{opening}");
    }
    assert!(plan.contains("Tue 1 Dec 2026 02:00 CET") && !plan.contains("1 Dec 2027"));
    assert!(plan.contains("if it is created now: Tue 1 Dec 2026 02:00 CET"));
}

#[test]
fn each_filter_of_a_target_is_shown() {
    let mut policy = policy();
    policy["windows"][2]["target"] =
        json!([{"key": "tag:Environment", "values": ["prod", "dr"]}, {"key": "tag:PatchGroup", "values": ["<web>"]}]);
    let page = html::render(&summary(&json!({"policy": policy})), None).unwrap();
    assert!(page.contains("<bdi>tag-key = Name</bdi>"));
    assert!(page.contains("<bdi>tag:Environment = prod, dr</bdi><br>and <bdi>tag:PatchGroup = &#60;web&#62;</bdi>"));
}

#[test]
fn a_plan_says_the_wave_of_each_account_and_how_its_windows_differ_there() {
    let mut policy = policy();
    policy["waves"] = json!([{"name": "pilot", "accounts": [FIRST], "windows": {"once": null, "hourly": null,
                              "monthly": {"timezone": "Asia/Tokyo"}}}, {"name": "rest"}]);
    let recorded = |id| {
        let window = json!({"name": "monthly", "id": null, "status": "wouldCreate", "changes": [], "nextExecution": "2027-01-01T00:00:00Z"});
        outcome(id, &json!({"regions": [{"region": "eu-west-1", "status": "planned", "windows": [window]}]}))
    };
    let targets =
        [(FIRST, "pilot"), (SECOND, "rest")].map(|(id, wave)| Target { wave: Some(wave.into()), ..target(id) });
    let run =
        gathered(&json!({"policy": policy, "action": "plan"}), [FIRST, SECOND].map(recorded).into(), targets.into());
    let accounts = |at: usize| &run.waves[at].totals.accounts;
    assert_eq!((run.waves.len(), accounts(0).succeeded, accounts(1).succeeded), (2, 1, 1));
    let page = html::render(&run, None).unwrap();
    for told in [
        "<th scope=\"row\">1. <b>pilot</b></th><td class=\"number\">1</td>",
        "<th scope=\"row\" class=\"wave\">pilot</th>",
        "<h3>monthly <span>pilot</span></h3>",
        "<h3>monthly <span>rest</span></h3>",
        // The same moment, as the window of each wave has it.
        "Fri 1 Jan 2027 09:00 JST",
        "Fri 1 Jan 2027 01:00 CET",
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert_eq!(page.matches("JST\",\"Fri 1 Jan 2027 00:00 UTC").count(), 1, "the cell of the pilot alone");
}

#[test]
fn a_schedule_is_shown_as_the_policy_says_it_and_as_systems_manager_has_it() {
    let mut policy = policy();
    policy["windows"][0]["schedule"] = json!("patch-tuesday(9, 02:00)");
    policy["windows"][2]["scheduleOffsetDays"] = json!(1);
    let page = html::render(&summary(&json!({"policy": policy})), None).unwrap();
    let both = "<code>patch-tuesday(9, 02:00)</code><br><code>cron(0 2 ? * TUE#3 *) and 2 days</code>";
    let in_the_calendar =
        "<code>patch-tuesday(9, 02:00)</code> <code>cron(0 2 ? * TUE#3 *) and 2 days</code> Europe/Berlin";
    for shown in
        [both, in_the_calendar, "<code>rate(1 hour)</code></dd>", "<code>cron(0 2 1 * ? *) and 1 day</code></dd>"]
    {
        assert!(page.contains(shown), "{shown}");
    }
}

/// Answers a run of one account, which failed, from the ledger.
async fn server() -> Server {
    let server = Server::start().await;
    let outcome = json!({"regions": [], "error": {"step": "AssumeRole", "name": "AccessDenied", "cause": "no"}});
    let item = json!({"account": {"S": FIRST}, "name": {"S": "payments"}, "outcome": {"S": outcome.to_string()}});
    server.answers_to("DynamoDB", 200, &json!({"Items": [item], "Count": 1}).to_string());
    server
}

pub(crate) fn context(server: &Server, notify: Notify) -> Context {
    let config = server.sdk_config();
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    Context {
        s3: aws_sdk_s3::Client::from_conf(s3),
        notifier: Notifier {
            sns: aws_sdk_sns::Client::new(&config),
            topic_arn: "arn:aws:sns:eu-west-1:111122223333:topic".into(),
            notify,
        },
        metrics: Metrics { namespace: "PatchManager".into(), stack: "patch-manager".into() },
        bucket: "data".into(),
        ledger: Ledger::new(&config, "ledger".into()),
        notify_below_percent: 95.0,
    }
}

#[tokio::test]
async fn three_files_are_written_and_the_answer_names_the_one_for_people() {
    let server = server().await;
    (0..3).for_each(|_| server.answers(200, ""));
    let response = handle(&context(&server, Notify::Never), request(&json!({})), Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(response.report.key, "runs/r1/report.html");
    assert_eq!((response.status, response.notification), (Status::Failed, Notification::NotWanted));
    let asked = server.asked();
    let written: BTreeSet<_> = asked.iter().filter(|one| one.method == "PUT").map(path).collect();
    assert_eq!(written, ["csv", "html", "json"].map(|one| format!("/data/runs/r1/report.{one}")).into());
    let json = asked.iter().find(|one| path(one).ends_with("json")).unwrap();
    assert_eq!(from_str::<RunSummary>(&json.body).unwrap().outcomes[0].name, "payments");
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_does_not_fail_the_run() {
    let server = server().await;
    (0..3).for_each(|_| server.answers(200, ""));
    server.answers_to(
        "Action=Publish",
        403,
        "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>",
    );
    let response =
        handle(&context(&server, Notify::Failure), request(&json!({})), Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(response.notification, Notification::Failed);
    let asked = server.asked();
    assert!(asked.iter().any(|one| one.body.contains("Subject=Patch%20Manager%3A%201%20of%201%20account%20failed")));
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_an_error() {
    let server = server().await;
    (0..3).for_each(|_| server.answers(403, "<Error><Code>AccessDenied</Code></Error>"));
    let error = handle(&context(&server, Notify::Never), request(&json!({})), Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert_eq!(error.name(), "AccessDenied");
}

fn path(asked: &support::Asked) -> String {
    asked.uri.split('?').next().unwrap().to_owned()
}
