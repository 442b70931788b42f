//! A plan says what a rollout does when it is started right after, and needs no permission to write.

use aws_sdk_ssm::Client;
use lambda::NamedError;
use patching::dhmc::SETTING_ID;
use patching::outcome::{DhmcOutcome, Status, WindowOutcome, WindowStatus};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use policy::PatchPolicy;
use policy::input::Action;
use serde_json::json;
use support::Server;
use workflow::template;

use crate::reconcile::ownership::make;
use workflow::cell::{Cell, client_of, install, policy, policy_with, scan, set_dhmc, window};

const ROLE: &str = "reader";
const SESSION: &str = "ASIASESSIONOFTHEROLE";

/// An account-Region, and a client whose role may do what the member role may, but for all that writes.
async fn cell_and_reader() -> (Cell, Client) {
    let identities = Server::start().await;
    let mut actions =
        template::actions(&template::load("member-roles.yaml")["Resources"]["ConfigurationRole"]["Properties"]);
    actions.retain(|action| ["Describe", "Get", "List"].iter().any(|verb| action.contains(&format!(":{verb}"))));
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    let encoded = utf8_percent_encode(&policy.to_string(), NON_ALPHANUMERIC).to_string();
    // Calls made at the same time ask each for themselves.
    for _ in 0..20 {
        identities.answers_to(
            "Action=GetAccessKeyInfo",
            200,
            "<GetAccessKeyInfoResponse><Account>111122223333</Account></GetAccessKeyInfoResponse>",
        );
        identities.answers_to(
            "Action=GetAccountAuthorizationDetails",
            200,
            &format!(
                "<Details><RoleDetailList><member><RoleName>{ROLE}</RoleName><RolePolicyList><member><PolicyDocument>\
                 {encoded}</PolicyDocument></member></RolePolicyList></member></RoleDetailList></Details>"
            ),
        );
    }
    let cell = Cell::beside(identities.url(), ROLE).await;
    let reader = client_of(&cell.simulator, SESSION);
    (cell, reader)
}

/// The default windows, with their documents' hashes.
fn pinned() -> PatchPolicy {
    policy_with(&json!({"pinDocumentHash": true}))
}

/// Windows, warnings and DHMC, as a plan.
type Predicted = (Vec<WindowOutcome>, Vec<patching::outcome::Warning>, DhmcOutcome);

async fn plan(cell: &Cell, ssm: &Client, policy: &PatchPolicy) -> Predicted {
    let windows = workflow::cell::configure(ssm, &cell.next_run(), Action::Plan, policy, None).await.unwrap();
    assert_eq!(windows.status, Status::Planned);
    let dhmc = set_dhmc(ssm, Action::Plan, &policy.dhmc).await.unwrap();
    (without_surprises(windows.windows), windows.warnings, dhmc)
}

async fn roll_out(cell: &Cell, policy: &PatchPolicy) -> Predicted {
    let done = cell.roll_out(policy).await;
    let dhmc = set_dhmc(&cell.ssm, Action::Rollout, &policy.dhmc).await.unwrap();
    let windows = done.windows.into_iter().map(WindowOutcome::planned).collect();
    (without_surprises(windows), done.warnings, dhmc.planned())
}

/// What a plan cannot know: the id of a window that is yet to be created, and when it will run.
fn without_surprises(windows: Vec<WindowOutcome>) -> Vec<WindowOutcome> {
    let known = |window: WindowOutcome| WindowOutcome {
        id: window.id.filter(|_| window.status != WindowStatus::WouldCreate),
        next_execution: None,
        ..window
    };
    windows.into_iter().map(known).collect()
}

/// Everything that people do to windows behind a rollout's back, each to another window.
async fn drift(cell: &Cell) {
    let id = |name: &str| cell.window(name).id;
    let agent = id("sra_ssm_agent_update");
    cell.ssm.update_maintenance_window().window_id(&agent).schedule("rate(1 day)").enabled(false).send().await.unwrap();
    let windows = cell.window("sra_windows_maintenance");
    let task = windows.tasks[0]["WindowTaskId"].as_str().unwrap();
    let deregister = cell.ssm.deregister_task_from_maintenance_window();
    deregister.window_id(&windows.id).window_task_id(task).send().await.unwrap();
    let linux = cell.window("sra_linux_maintenance");
    let target = linux.targets[0]["WindowTargetId"].as_str().unwrap();
    let deregister = cell.ssm.deregister_target_from_maintenance_window();
    deregister.window_id(&linux.id).window_target_id(target).safe(false).send().await.unwrap();
    cell.simulator.set_document_hash("AWS-RunPatchBaseline", "f".repeat(64));
    make(cell, "sra_linux_maintenance", None).await;
    cell.ssm.reset_service_setting().setting_id(SETTING_ID).send().await.unwrap();
}

#[tokio::test]
async fn a_rollout_makes_exactly_the_changes_that_the_plan_before_it_named() {
    let (cell, reader) = cell_and_reader().await;
    let changed = policy_with(&json!({"windows": [
        window("sra_ssm_agent_update", "MON", "AWS-UpdateSSMAgent", &json!({})),
        window("sra_linux_maintenance", "FRI", "AWS-RunPatchBaseline", &install()),
        window("new-window", "FRI", "AWS-RunPatchBaseline", &scan()),
    ]}));
    for (wanted, drifts) in [(pinned(), false), (pinned(), true), (pinned(), false), (changed, true)] {
        if drifts {
            drift(&cell).await;
        }
        let (predicted, calls) = cell.calls_of(plan(&cell, &reader, &wanted)).await;
        assert_eq!(calls.writing().counts(), [].into());
        assert_eq!(roll_out(&cell, &wanted).await, predicted);
        cell.assert_is(&wanted);
        let (again, ..) = plan(&cell, &reader, &wanted).await;
        assert!(again.iter().all(|window| window.status == WindowStatus::Unchanged), "{again:?}");
    }
}

#[tokio::test]
async fn a_plan_names_every_kind_of_change_field_by_field() {
    let (cell, reader) = cell_and_reader().await;
    roll_out(&cell, &pinned()).await;
    drift(&cell).await;
    let (windows, warnings, dhmc) = plan(&cell, &reader, &pinned()).await;
    let fields: Vec<_> = windows.iter().flat_map(|window| &window.changes).map(|one| one.field.as_str()).collect();
    for field in ["enabled", "schedule", "task", "target", "task.documentHash"] {
        assert!(fields.contains(&field), "{field} is not in {fields:?}");
    }
    assert_eq!((warnings.len(), dhmc.status.to_string().as_str()), (1, "wouldSet"));
}

#[tokio::test]
async fn a_planned_teardown_is_what_a_teardown_does() {
    let (cell, reader) = cell_and_reader().await;
    roll_out(&cell, &policy()).await;
    let planned = workflow::cell::tear_down(&reader, &cell.next_run(), Action::Plan, &policy(), false).await.unwrap();
    let done = workflow::cell::tear_down(&cell.ssm, &cell.next_run(), Action::Disable, &policy(), false).await.unwrap();
    let done: Vec<_> = done.windows.into_iter().map(WindowOutcome::planned).collect();
    assert_eq!((planned.windows, planned.status), (done, Status::Planned));
}

#[tokio::test]
async fn the_role_that_plans_may_not_roll_out() {
    let (cell, reader) = cell_and_reader().await;
    let denied = workflow::cell::configure(&reader, &cell.next_run(), Action::Rollout, &policy(), None).await;
    assert_eq!(denied.unwrap_err().name(), "AccessDenied");
    let denied = set_dhmc(&reader, Action::Rollout, &policy().dhmc).await;
    assert_eq!(denied.unwrap_err().name(), "AccessDenied");
}
