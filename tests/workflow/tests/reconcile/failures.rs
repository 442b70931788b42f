//! A run with five kinds of trouble tells them apart, and says of each what to do.

use lambda::named_error::message;
use lambda::{CallError, NamedError};
use patching::outcome::{AccountOutcome, Failure, RegionOutcome, Status, Warning};
use patching::summary::{RunSummary, Totals};
use policy::input::Action;
use report::{csv, html, notification};
use serde_json::json;
use ssm_simulator::{Fault, ScriptedFault};
use workflow::sample;

use crate::reconcile::ownership::make;
use workflow::cell::{ACCOUNT, Cell, policy, set_dhmc};

/// What the functions answer where every call of this operation is answered with this error.
async fn refused(cell: &Cell, region: &str, code: &str, operation: &str) -> RegionOutcome {
    cell.simulator.script([ScriptedFault::every_call(Fault::error(code)).of(operation)]);
    let dhmc = set_dhmc(&cell.ssm, Action::Rollout, &policy().dhmc).await;
    let windows = cell.try_roll_out(&cell.next_run(), &policy()).await;
    cell.simulator.set_faults(ssm_simulator::Faults::default());
    let error = match (dhmc, windows) {
        (Err(error), _) => failure("ConfigureDhmc", &error.of_a_new_session()),
        (_, Err(error)) => failure("ConfigureWindows", &error),
        _ => panic!("nothing failed"),
    };
    region_with(region, Vec::new(), Some(error))
}

fn failure(step: &str, error: &CallError) -> Failure {
    Failure { step: step.into(), name: error.name().into(), message: message(error) }
}

fn region_with(region: &str, warnings: Vec<Warning>, error: Option<Failure>) -> RegionOutcome {
    let status = if error.is_some() { Status::Failed } else { Status::Succeeded };
    let region = region.parse().unwrap();
    RegionOutcome {
        region,
        status,
        skipped: None,
        dhmc: None,
        windows: Vec::new(),
        hosts: None,
        hosts_key: None,
        warnings,
        error,
        dhmc_error: None,
    }
}

async fn run() -> RunSummary {
    let cell = Cell::new().await;
    let mut regions = vec![
        refused(&cell, "eu-central-1", "AccessDeniedException", "CreateMaintenanceWindow").await,
        refused(&cell, "eu-north-1", "ThrottlingException", "GetServiceSetting").await,
        refused(&cell, "eu-south-1", "UnrecognizedClientException", "GetServiceSetting").await,
    ];
    make(&cell, "sra_linux_maintenance", None).await;
    regions.push(region_with("eu-west-1", cell.roll_out(&policy()).await.warnings, None));
    let account = |id: &str, recorded: serde_json::Value| {
        AccountOutcome::from_ledger(id.parse().unwrap(), format!("name of {id}"), &recorded.to_string()).unwrap()
    };
    // The local STS refuses as AWS does; the end-to-end tests have an account without the role.
    let no_role = json!({"step": "AssumeRole", "name": "AccessDenied", "cause": "access was denied: sts:AssumeRole"});
    let outcomes =
        vec![account(ACCOUNT, json!({"regions": regions})), account("444455556666", json!({"error": no_role}))];
    let totals = Totals::new(&outcomes, 0);
    RunSummary { status: Status::Failed, warnings: 1, totals, outcomes, ..sample::run(0, 1) }
}

#[tokio::test]
async fn each_of_five_kinds_of_trouble_is_shown_with_its_own_advice() {
    let run = run().await;
    let (page, text) = (html::render(&run, None).unwrap(), notification::text(&run, None));
    let table = String::from_utf8(csv::render(&run).unwrap()).unwrap();
    let mut advices: Vec<_> = run.failures().map(|(_, _, failure)| failure.advice()).collect();
    let names: Vec<_> = run.failures().map(|(_, _, failure)| failure.name.as_str()).collect();
    assert_eq!(names, ["AccessDenied", "Throttled", "RegionDisabled", "AccessDenied"]);
    advices.sort_unstable();
    advices.dedup();
    assert_eq!(advices.len(), 4, "each failure has an advice of its own");
    for advice in advices {
        assert!(page.contains(&advice.replace('\'', "&#39;")), "not in the page: {advice}");
        assert!(text.contains(advice), "not in the notification: {advice}");
        assert!(table.contains(advice), "not in the table: {advice}");
    }
    assert!(page.contains("Two windows of one name run side by side"));
    assert!(table.contains("ForeignWindow: "));
    assert_eq!(notification::subject(&run), format!("Patch Manager: 2 of 2 accounts failed (rollout {})", run.run));
}
