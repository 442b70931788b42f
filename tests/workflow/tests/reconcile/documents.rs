//! What tasks give their documents, held against what the Region's own documents take.

use aws_sdk_ssm::config::retry::RetryConfig;
use lambda::named_error::message;
use lambda::{CallError, NamedError};
use member::windows::KeptDocuments;
use patching::outcome::Progress;
use patching::place::Place;
use policy::PatchPolicy;
use policy::input::Action;
use serde_json::{Value, json};
use workflow::cell::{Cell, client, policy, policy_with, scan, site, window};

fn patching_with(parameter: &str, document: &str) -> PatchPolicy {
    let mut parameters = scan();
    parameters[parameter] = json!(["value"]);
    let mut windows: Vec<Value> = serde_json::from_value(json!(policy().windows)).unwrap();
    windows[2] = window("sra_linux_maintenance", "FRI", document, &parameters);
    policy_with(&json!({"windows": windows}))
}

#[tokio::test]
async fn a_parameter_that_the_document_does_not_have_is_refused_before_anything_is_changed() {
    let cell = Cell::new().await;
    let policy = patching_with("Reboot", "AWS-RunPatchBaseline");
    let (refused, calls) = cell.calls_of(cell.try_roll_out(&cell.next_run(), &policy)).await;
    let error = refused.unwrap_err();
    assert_eq!(error.name(), "UnknownParameter");
    let said = message(&error);
    assert!(said.contains("$.windows[2].task.parameters.Reboot: [\"value\"] — allowed: only "), "{said}");
    assert!(said.contains("RebootOption") && said.contains("which AWS-RunPatchBaseline has"), "{said}");
    assert!(calls.writing().counts().is_empty(), "{calls:?}");
}

#[tokio::test]
async fn a_parameter_that_aws_has_added_is_taken() {
    let cell = Cell::new().await;
    let policy = patching_with("AddedByAws", "AWS-RunPatchBaseline");
    cell.simulator.set_document_parameters("AWS-RunPatchBaseline", ["Operation", "RebootOption", "AddedByAws"]);
    cell.roll_out(&policy).await;
    cell.assert_is(&policy);
}

#[tokio::test]
async fn a_document_is_asked_for_once_a_run_and_region_and_ones_own_once_an_account() {
    let cell = Cell::new().await;
    cell.simulator.set_document_parameters("My-Document", ["Operation", "RebootOption", "Mine"]);
    let policy = patching_with("Mine", "My-Document");
    let documents = KeptDocuments::default();
    let ssm = client(&cell.simulator, &RetryConfig::disabled());
    let roll_out = async |place: Place| -> Result<Progress, CallError> {
        let site = site(&ssm, &place, &policy);
        Box::pin(configure_windows::configure(&site, &documents, Action::Plan, &policy, None, Progress::default()))
            .await
    };
    let place = cell.next_run();
    let other_account = Place { account: "444455556666".parse().unwrap(), ..place.clone() };
    for (place, asked) in [(place.clone(), 2), (place, 0), (other_account, 1), (cell.next_run(), 2)] {
        let (done, calls) = cell.calls_of(roll_out(place)).await;
        done.unwrap();
        assert_eq!(calls.count("DescribeDocument"), asked);
    }
}
