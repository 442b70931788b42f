//! Answers of AWS without what they always have, and rounds that follow each other.

use std::time::{Duration, Instant};

use aws_sdk_ssm::Client;
use lambda::NamedError;
use member::windows::{KeptDocuments, Site};
use patching::outcome::Progress;
use policy::input::Action;
use ssm_simulator::{Fault, ScriptedFault};
use support::Server;
use workflow::cell::{Cell, policy, roll_out};

#[tokio::test]
async fn an_id_that_aws_leaves_out_is_an_error_and_no_empty_text() {
    let cell = Cell::new().await;
    let server = Server::start().await;
    let ssm = Client::new(&server.sdk_config());
    server.answers_to(
        "DescribeMaintenanceWindows ",
        200,
        r#"{"WindowIdentities": [{"Name": "a-window", "Enabled": true}]}"#,
    );
    let listed = roll_out(&ssm, &cell.next_run(), &policy()).await.unwrap_err();
    server.answers_to("DescribeMaintenanceWindows ", 200, r#"{"WindowIdentities": []}"#);
    let document = r#"{"Document": {"Parameters": [{"Name": "Operation"}, {"Name": "RebootOption"}]}}"#;
    for _ in 0..3 {
        server.answers_to("DescribeDocument ", 200, document);
        server.answers_to("CreateMaintenanceWindow ", 200, "{}");
    }
    let created = roll_out(&ssm, &cell.next_run(), &policy()).await.unwrap_err();
    for (error, operation) in [(listed, "ssm:DescribeMaintenanceWindows"), (created, "ssm:CreateMaintenanceWindow")] {
        assert_eq!((error.name(), error.is_passing()), ("ServiceUnavailable", true), "{error}");
        assert!(error.to_string().ends_with(&format!("{operation}: the answer has no WindowId")), "{error}");
    }
}

#[tokio::test]
async fn rounds_wait_longer_and_longer_for_the_other_run() {
    let cell = Cell::new().await;
    cell.roll_out(&policy()).await;
    let id = cell.state().windows[0].id.clone();
    cell.ssm.update_maintenance_window().window_id(id).schedule("rate(1 day)").send().await.unwrap();
    let gone = Fault::error("DoesNotExistException");
    cell.simulator.script([ScriptedFault::every_call(gone).of("UpdateMaintenanceWindow")]);
    let (place, policy, pause) = (cell.next_run(), policy(), Duration::from_millis(40));
    let site = Site { ssm: &cell.ssm, place: &place, owner_tag: &policy.owner_tag, pause };
    let documents = KeptDocuments::default();
    let begun = Instant::now();
    let run = configure_windows::configure(&site, &documents, Action::Rollout, &policy, None, Progress::default());
    let error = Box::pin(run).await.unwrap_err();
    assert_eq!(error.name(), "ChangedMeanwhile", "{error}");
    assert!(begun.elapsed() >= pause * (1 + 2 + 4), "{:?}", begun.elapsed());
}
