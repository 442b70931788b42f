//! Runs of any size, as an organization might have them: most of it well, here and there a failure of each kind.

use jiff::Timestamp;
use patching::diff::Change;
use patching::outcome::{
    AccountOutcome, DhmcOutcome, DhmcStatus, Failure, Reason, RegionOutcome, Status, Warning, WindowOutcome,
    WindowStatus,
};
use patching::summary::{RunSummary, Totals, WaveTotals, dhmc_warnings};
use policy::PatchPolicy;
use serde_json::{Value, json};
use ssm_simulator::DEFAULT_REGIONS;

/// Names as somebody might choose them to break a page, a table or a message; the first accounts have them.
pub const HOSTILE_NAMES: [&str; 5] = [
    "<script>alert('x')</script></script>",
    "=HYPERLINK(\"http://example.com\",\"click\")",
    "Müller, \"Söhne\" & Co.; 100 %",
    "حساب الدفع\u{202e}drowssap",
    "a-name-of-fifty-characters-as-long-as-aws-takes-it",
];

const UNITS: [&str; 5] = [
    "Root/Security",
    "Root/Infrastructure",
    "Root/Workloads/Production",
    "Root/Workloads/Staging",
    "Root/Workloads/Test",
];

const WINDOWS: [&str; 3] = ["sra_ssm_agent_update", "sra_windows_maintenance", "sra_linux_maintenance"];
const NEXT: [&str; 3] = ["2026-12-02T06:00:00.000Z", "2026-12-03T06:00:00.000Z", "2026-12-04T06:00:00.000Z"];

/// A rollout over so many accounts (of which the first have [`HOSTILE_NAMES`]) and Regions (17 at most).
///
/// # Panics
///
/// When the sample is not valid.
pub fn run(accounts: usize, regions: usize) -> RunSummary {
    let outcomes: Vec<_> = (0..accounts).map(|number| account(number, regions)).collect();
    let totals = Totals::new(&outcomes, 3);
    let our_role = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";
    let denied = outcomes.iter().filter(|account| account.status == Status::Skipped).count();
    let skipped = [("suspended", 2), ("pendingClosure", 1), (Reason::ACCOUNT_DENIED, denied)];
    let run_warnings = dhmc_warnings(&outcomes, Some(our_role));
    let warnings = outcomes.iter().flat_map(|account| &account.regions).map(|one| one.warnings.len());
    RunSummary {
        run: "stack-update-6a1f2c33-9b0e-4d27-8a53-0c7d1f7e5b11".parse().expect("a run's id"),
        action: Some(policy::input::Action::Rollout),
        execution: Some(
            "arn:aws:states:eu-west-1:111122223333:execution:patch-manager-rollout:stack-update-6a1f2c33".to_owned(),
        ),
        input: json!({"action": "rollout", "trigger": "stack-update"}),
        policy: Some(policy()),
        status: totals.status(None),
        started_at: "2026-11-24T09:00:00Z".to_owned(),
        finished_at: "2026-11-24T09:01:42Z".to_owned(),
        error: None,
        warnings: warnings.sum::<usize>() + run_warnings.len(),
        run_warnings,
        totals,
        waves: Vec::new(),
        skipped: skipped.iter().filter(|one| one.1 > 0).map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        outcomes,
    }
}

/// The three default windows.
///
/// # Panics
///
/// When they are not valid.
pub fn policy() -> Value {
    let window = |name: &str, day: &str, document: &str, parameters: Value, systems: Value| {
        json!({
            "name": name, "schedule": format!("cron(0 0 1 ? * {day} *)"), "timezone": "America/New_York",
            "durationHours": 6, "cutoffHours": 1,
            "target": {"key": "tag:InstanceOS", "values": systems},
            "task": {"name": format!("{name}_task"), "document": document, "parameters": parameters}
        })
    };
    let install = json!({"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]});
    let policy = json!({
        "windows": [
            window(WINDOWS[0], "WED", "AWS-UpdateSSMAgent", json!({}), json!(["Linux", "Windows"])),
            window(WINDOWS[1], "THU", "AWS-RunPatchBaseline", install.clone(), json!(["Windows"])),
            window(WINDOWS[2], "FRI", "AWS-RunPatchBaseline", install, json!(["Linux"])),
        ],
        "dhmc": {"enabled": true, "role": "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom"},
        "ownerTag": {"key": "createdBy", "value": "SRA_Patch_Management"}
    });
    PatchPolicy::parse(&policy).expect("a valid policy");
    policy
}

/// The waves in their order, each with the unit that it takes, by its place among the units, and with when it opens.
const WAVES: [(&str, Option<usize>, &str); 3] = [
    ("pilot", Some(4), "patch-tuesday(1, 02:00)"),
    ("early", Some(3), "patch-tuesday(4, 02:00)"),
    ("production", None, "patch-tuesday(9, 02:00)"),
];

/// The default windows in three waves, of which each opens some days after the one before; only the pilot has a window for the agent.
///
/// # Panics
///
/// When it is not valid.
pub fn policy_with_waves() -> Value {
    let mut policy = policy();
    policy["haltAbovePercent"] = json!(20);
    policy["waves"] = WAVES
        .map(|(name, unit, schedule)| {
            let opens = json!({ "schedule": schedule });
            let mut wave = json!({"name": name, "windows": {WINDOWS[1]: opens, WINDOWS[2]: opens}});
            if name != "pilot" {
                wave["windows"][WINDOWS[0]] = Value::Null;
            }
            if let Some(unit) = unit {
                wave["organizationalUnits"] = json!([format!("ou-ab12-{unit:08}")]);
            }
            wave
        })
        .into();
    PatchPolicy::parse(&policy).expect("a valid policy");
    policy
}

/// The same run under a policy with waves.
///
/// # Panics
///
/// When the sample is not valid.
pub fn with_waves(mut run: RunSummary) -> RunSummary {
    for account in &mut run.outcomes {
        let unit = UNITS.iter().position(|unit| account.organizational_unit.as_deref() == Some(*unit));
        let wave = WAVES.iter().find(|(_, taken, _)| taken.is_none() || *taken == unit);
        account.wave = wave.map(|(name, ..)| (*name).to_owned());
    }
    let policy = PatchPolicy::parse(&policy_with_waves()).expect("a valid policy");
    let now: Timestamp = run.finished_at.parse().expect("a moment");
    for account in &mut run.outcomes {
        let wave = policy.waves.iter().find(|wave| Some(wave.name.as_str()) == account.wave.as_deref());
        let windows = wave.map(|wave| &wave.policy.windows);
        for region in &mut account.regions {
            region.windows.retain_mut(|outcome| {
                let window = windows.into_iter().flatten().find(|window| window.name.as_str() == outcome.name);
                outcome.next_execution = window.and_then(|window| Some(window.openings(now).next()?.to_string()));
                window.is_some()
            });
        }
    }
    run.policy = Some(policy_with_waves());
    counted_again(run)
}

/// The same run, halted in its second wave: a half of that wave failed, a quarter was not reached, and nothing after it was.
pub fn halted(run: RunSummary) -> RunSummary {
    let mut run = with_waves(run);
    let mut early = 0_usize..;
    for account in &mut run.outcomes {
        let place = if account.wave.as_deref() == Some("early") { early.next() } else { None };
        let not_reached = AccountOutcome::not_reached(account.id.clone(), account.name.clone());
        let with = |other: AccountOutcome| AccountOutcome {
            wave: account.wave.clone(),
            organizational_unit: account.organizational_unit.clone(),
            ..other
        };
        *account = match (account.wave.as_deref(), place.map(|place| place % 4)) {
            (Some("production"), _) | (_, Some(1)) => with(not_reached),
            (_, Some(0 | 2)) => {
                let error = failure("AssumeRole", "AccessDenied", "access was denied: sts:AssumeRole: AccessDenied");
                with(AccountOutcome { status: Status::Failed, error: Some(error), ..not_reached })
            }
            _ => continue,
        };
    }
    let early = run.outcomes.iter().filter(|account| account.wave.as_deref() == Some("early")).count();
    let cause = format!("wave early: more than 20 % of {early} accounts failed");
    run.error = Some(Failure::of_run("RolloutHalted", &cause));
    run.status = Status::Failed;
    counted_again(run)
}

fn counted_again(mut run: RunSummary) -> RunSummary {
    let policy = run.policy.as_ref().and_then(|policy| PatchPolicy::parse(policy).ok());
    run.waves = policy.map(|policy| WaveTotals::of(&policy, &run.outcomes)).unwrap_or_default();
    run.totals = Totals::new(&run.outcomes, 3);
    let warnings = run.outcomes.iter().flat_map(|account| &account.regions).map(|one| one.warnings.len());
    run.warnings = warnings.sum::<usize>() + run.run_warnings.len();
    run
}

fn account(number: usize, regions: usize) -> AccountOutcome {
    let stage = ["prod", "staging", "dev"][number % 3];
    let team = ["payments", "orders", "search", "identity", "billing", "data-lake", "web-shop"][number % 7];
    let name = HOSTILE_NAMES.get(number).map_or_else(|| format!("{team}-{number}-{stage}"), ToString::to_string);
    let error = (number % 41 == 7).then(|| {
        failure("AssumeRole", "AccessDenied", "access was denied: sts:AssumeRole: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/patch-manager-assume-role/patch-manager-assume-role is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222233334444:role/patch-manager-configuration")
    });
    let denied = "account:ListRegions: AccessDeniedException: User: arn:aws:sts::222233334444:assumed-role/patch-manager-configuration/patch-manager-r1 is not authorized to perform: account:ListRegions on resource: arn:aws:account::222233334444:account with an explicit deny in a service control policy";
    let skipped =
        (number % 47 == 20).then(|| Reason { name: Reason::ACCOUNT_DENIED.to_owned(), message: denied.to_owned() });
    let regions: Vec<_> = match (&error, &skipped) {
        (None, None) => {
            DEFAULT_REGIONS[..regions].iter().enumerate().map(|(at, name)| region(number, at, name)).collect()
        }
        _ => Vec::new(),
    };
    let failed = error.is_some() || regions.iter().any(|region| region.status == Status::Failed);
    AccountOutcome {
        id: format!("{:012}", 111_100_000_000_u64 + number as u64 * 7_919).parse().expect("an account's id"),
        name,
        organizational_unit: Some(UNITS[number % UNITS.len()].to_owned()),
        wave: None,
        status: match &skipped {
            _ if failed => Status::Failed,
            Some(_) => Status::Skipped,
            None => Status::Succeeded,
        },
        regions,
        skipped,
        warnings: Vec::new(),
        error,
    }
}

/// Some accounts have not enabled the third Region, and to some the second is denied.
fn region(account: usize, at: usize, name: &str) -> RegionOutcome {
    let skipped = match at {
        1 if account % 29 == 11 => Some((
            Reason::REGION_DENIED,
            "ssm:GetServiceSetting: AccessDeniedException: not authorized with an explicit deny in a service control policy"
                .to_owned(),
        )),
        2 if account.is_multiple_of(4) => Some((Reason::REGION_NOT_ENABLED, format!("the account has not enabled {name}"))),
        _ => None,
    };
    if let Some((reason, message)) = skipped {
        return RegionOutcome {
            region: name.parse().expect("a Region"),
            status: Status::Skipped,
            skipped: Some(Reason { name: reason.to_owned(), message }),
            dhmc: None,
            windows: Vec::new(),
            hosts: None,
            hosts_key: None,
            warnings: Vec::new(),
            error: None,
            dhmc_error: None,
        };
    }
    let error = match (account * 17 + at) % 389 {
        18 => Some(failure(
            "ConfigureWindows",
            "AccessDenied",
            "access was denied: ssm:CreateMaintenanceWindow: AccessDeniedException: not authorized because of an explicit deny in a service control policy (request 5e1c)",
        )),
        53 => Some(failure(
            "ConfigureDhmc",
            "Throttled",
            "AWS throttled the call: ssm:GetServiceSetting: ThrottlingException: Rate exceeded (request 8a07)",
        )),
        154 => Some(failure(
            "ConfigureDhmc",
            "RegionDisabled",
            "the Region is not enabled in this account: ssm:GetServiceSetting: UnrecognizedClientException: The security token included in the request is invalid.",
        )),
        _ => None,
    };
    let is_done = error.is_none();
    let foreign = (is_done && (account + at) % 53 == 5).then(|| Warning {
        name: "ForeignWindow".to_owned(),
        message: "the maintenance window mw-0a1b2c3d4e5f60718 is also named sra_linux_maintenance but lacks the tag \
                  createdBy=SRA_Patch_Management: it was left alone, and both run"
            .to_owned(),
    });
    RegionOutcome {
        region: name.parse().expect("a Region"),
        status: if is_done { Status::Succeeded } else { Status::Failed },
        skipped: None,
        dhmc: is_done.then(|| dhmc(account + at)),
        windows: if is_done { (0..3).map(|window| outcome(account, at, window)).collect() } else { Vec::new() },
        hosts: None,
        hosts_key: None,
        warnings: foreign.into_iter().collect(),
        error,
        dhmc_error: None,
    }
}

fn dhmc(seed: usize) -> DhmcOutcome {
    let role = |name: &str| Some(name.to_owned());
    let ours = role("service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom");
    let (status, before, after) = match seed % 61 {
        3 => (DhmcStatus::Kept, role("TheirRole"), role("TheirRole")),
        4 => (DhmcStatus::Set, None, ours),
        _ => (DhmcStatus::Unchanged, ours.clone(), ours),
    };
    DhmcOutcome { status, before, after, not_looked_for: None }
}

fn outcome(account: usize, region: usize, window: usize) -> WindowOutcome {
    let status = match (account * 3 + region * 5) % 19 {
        1 => WindowStatus::Created,
        2 if window > 0 => WindowStatus::Updated,
        3 if window == 2 => WindowStatus::Updated,
        _ => WindowStatus::Unchanged,
    };
    let change = |field: &str, from: Value, to: Value| Change { field: field.to_owned(), from, to };
    WindowOutcome {
        name: WINDOWS[window].to_owned(),
        id: Some(format!("mw-{:017x}", (account * 1_000 + region * 10 + window) as u64 * 0x9e37_79b9)),
        status,
        changes: if status == WindowStatus::Updated {
            vec![
                change(
                    "schedule",
                    json!("rate(1 day)"),
                    json!(format!("cron(0 0 1 ? * {} *)", ["WED", "THU", "FRI"][window])),
                ),
                change("task.parameters.Operation", json!(["Scan"]), json!(["Install"])),
                change("task.documentHash", json!("1f".repeat(32)), json!("9c".repeat(32))),
            ]
        } else {
            Vec::new()
        },
        next_execution: Some(NEXT[window].to_owned()),
    }
}

fn failure(step: &str, name: &str, message: &str) -> Failure {
    Failure { step: step.to_owned(), name: name.to_owned(), message: message.to_owned() }
}
