//! What an engineer on call reads: the lines of real handlers, as Lambda would get them.

use jiff::Timestamp;
use policy::PatchPolicy;
use serde_json::{Value, json};
use ssm_simulator::{Fault, ScriptedFault};
use workflow::cell::{ACCOUNT, REGION, client_of, policy};
use workflow::invoke::{Invoked, invoke};

use crate::guarantees::sessions::{Aws, aws_with_a_session};

fn payload(policy: &PatchPolicy) -> Value {
    json!({"run": "patch-tuesday", "action": "rollout", "accountId": ACCOUNT, "region": REGION, "policy": policy})
}

async fn configure_windows(aws: &Aws) -> Invoked {
    let handle = async |context: &_, request| configure_windows::handle(context, request, Timestamp::now()).await;
    invoke("pm-configure-windows", &aws.context, handle, &payload(&policy())).await
}

/// The lines at this level; each says whose invocation it is.
fn at<'a>(level: &str, function: &str, invoked: &'a Invoked) -> Vec<&'a Value> {
    for line in &invoked.lines {
        let span = &line["span"];
        let whose = [&span["run"], &span["account"], &span["region"], &span["function"], &span["lambda_request_id"]];
        assert_eq!(whose, ["patch-tuesday", ACCOUNT, REGION, function, "invocation-1"], "{line}");
        assert!(line["timestamp"].is_string() && !line.to_string().contains("secret"), "{line}");
    }
    invoked.lines.iter().filter(|line| line["level"] == level).collect()
}

#[tokio::test]
async fn each_writing_call_has_a_line_and_the_end_has_one_and_reads_have_none() {
    let aws = aws_with_a_session().await;
    let first = configure_windows(&aws).await;
    let lines = at("INFO", "pm-configure-windows", &first);
    assert_eq!(lines.len(), first.lines.len(), "{lines:?}");
    let (end, writing) = lines.split_last().unwrap();
    assert_eq!(writing.len(), 9);
    for line in writing {
        let operation = line["operation"].as_str().unwrap();
        let name = line["window"].as_str().unwrap();
        assert_eq!(line["message"], format!("{operation}: {name}"));
        let held = aws.simulator.state().get(ACCOUNT, REGION).unwrap().window(name).cloned().unwrap();
        assert_eq!(line["window_id"], held.id);
        assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
    }
    let message = end["message"].as_str().unwrap();
    assert!(message.starts_with("done: ") && message.contains("windows: 3 created"), "{message}");
    assert!(end["duration_ms"].is_u64());

    let second = configure_windows(&aws).await;
    let [end] = at("INFO", "pm-configure-windows", &second).try_into().unwrap();
    assert!(end["message"].as_str().unwrap().contains("windows: 3 unchanged"), "{end}");
    assert_eq!(second.lines.len(), 1);
}

#[tokio::test]
async fn a_repair_tells_what_it_changed() {
    let aws = aws_with_a_session().await;
    configure_windows(&aws).await;
    let found = aws.simulator.state().get(ACCOUNT, REGION).unwrap().windows[0].clone();
    let drift = client_of(&aws.simulator, ACCOUNT).update_maintenance_window().window_id(&found.id);
    drift.schedule("rate(1 day)").send().await.unwrap();
    let repaired = configure_windows(&aws).await;
    let [update, _] = at("INFO", "pm-configure-windows", &repaired).try_into().unwrap();
    assert_eq!(update["operation"], "ssm:UpdateMaintenanceWindow");
    let wanted = found.window["Schedule"].as_str().unwrap();
    assert_eq!(update["changes"], format!("schedule: \"rate(1 day)\" -> \"{wanted}\""));
}

#[tokio::test]
async fn a_failure_is_logged_once() {
    let aws = aws_with_a_session().await;
    let denied = Fault::error("AccessDeniedException");
    aws.simulator.script([ScriptedFault::every_call(denied).of("DescribeMaintenanceWindows")]);
    let failed = configure_windows(&aws).await;
    assert_eq!(failed.answer.as_ref().unwrap_err(), "AccessDenied");
    let [line] = at("ERROR", "pm-configure-windows", &failed).try_into().unwrap();
    assert_eq!((failed.lines.len(), &line["error"]), (1, &json!("AccessDenied")));
    let message = line["message"].as_str().unwrap();
    assert!(message.starts_with("AccessDenied: ") && message.contains("ssm:DescribeMaintenanceWindows"), "{message}");
}

/// It writes one window and is denied the next: the one line says what is left, and how it ended says that there is more to do.
#[tokio::test]
async fn what_is_left_to_do_is_a_warning() {
    let aws = aws_with_a_session().await;
    let denied = Fault::error("AccessDeniedException");
    aws.simulator.script([ScriptedFault::every_call(denied).of("CreateMaintenanceWindow").nth(2)]);
    let part = configure_windows(&aws).await;
    let [line] = at("WARN", "pm-configure-windows", &part).try_into().unwrap();
    assert_eq!(line["error"], "AccessDenied");
    let end = *at("INFO", "pm-configure-windows", &part).last().unwrap();
    assert!(end["message"].as_str().unwrap().starts_with("done: again: true; "), "{end}");
    assert_eq!(at("ERROR", "pm-configure-windows", &part), Vec::<&Value>::new());
}

#[tokio::test]
async fn a_setting_that_is_written_is_told_with_both_roles() {
    let aws = aws_with_a_session().await;
    let role = "<R><Arn>arn:aws:iam::111122223333:role/service-role/Ours</Arn></R>";
    aws.sts.answers_to("Action=GetRole", 200, role);
    let sessions = &aws.context.sessions;
    let set = invoke("pm-configure-dhmc", sessions, configure_dhmc::handle, &payload(&policy())).await;
    let [write, end] = at("INFO", "pm-configure-dhmc", &set).try_into().unwrap();
    assert_eq!(write["operation"], "ssm:UpdateServiceSetting");
    assert_eq!(write["changes"], "role: none -> service-role/Ours");
    assert_eq!(end["message"], "done: after: service-role/Ours; status: set");
}
