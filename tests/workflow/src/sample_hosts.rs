//! Inspections of any size: the hosts of an organization in which most is well, and here and there is each kind of trouble.

use jiff::{SignedDuration, Timestamp};
use patching::hosts::coverage::{Coverage, Past};
use patching::hosts::{
    Baseline, Cell, Finding, Host, HostKind, LastResult, LastRun, Patch, Reason, Tag, Verdict, WindowRun,
};
use patching::outcome::{AccountOutcome, RegionOutcome, Status};
use patching::summary::RunSummary;
use policy::ids::{AccountId, Region};
use serde_json::json;

use crate::sample::{self, HOSTILE_NAMES};

/// Of three Regions an account, which is what most have.
const CELLS_OF_ACCOUNT: usize = 3;
/// 17 times 1,000 accounts with three Regions of hosts are 50,000.
const HOSTS_OF_CELL: usize = 17;
const WINDOWS: [&str; 2] = ["sra_linux_maintenance", "sra_windows_maintenance"];
const NEXT: [&str; 2] = ["2026-12-04T06:00:00Z", "2026-12-03T06:00:00Z"];
const BASELINES: [(&str, &str, u32); 3] = [
    ("pb-0c10e657807c7a700", "AWS-AmazonLinux2023DefaultPatchBaseline", 7),
    ("pb-09ca3fb51f0412ec3", "AWS-DefaultPatchBaseline", 7),
    ("pb-0c7e89f711c3095f4", "AWS-UbuntuDefaultPatchBaseline", 0),
];
const SYSTEMS: [(&str, usize); 5] = [
    ("Amazon Linux 2023", 0),
    ("Amazon Linux 2023", 0),
    ("Ubuntu 24.04", 2),
    ("Microsoft Windows Server 2022 Datacenter", 1),
    ("Amazon Linux 2", 0),
];
const WORKLOADS: [&str; 6] = ["web", "api", "worker", "db", "cache", "batch"];

/// An inspection over so many accounts and Regions (17 at most), of which some could not be looked at.
///
/// # Panics
///
/// When the sample is not valid.
pub fn run(accounts: usize, regions: usize) -> RunSummary {
    let mut run = sample::run(accounts, regions);
    run.run = "inspect-9d1c4b7e-2f60-4c1a-b8f0-5a3e7d214c08".parse().expect("a run's id");
    run.action = Some(policy::input::Action::Inspect);
    run.input = json!({"action": "inspect", "trigger": "schedule"});
    run.run_warnings.clear();
    run.warnings = 0;
    for (number, account) in run.outcomes.iter_mut().enumerate() {
        for (at, region) in account.regions.iter_mut().enumerate() {
            *region = RegionOutcome { dhmc: None, windows: Vec::new(), warnings: Vec::new(), ..region.clone() };
            if region.status == Status::Succeeded {
                let hosts = hosts_of(number, at);
                region.hosts = Some(patching::hosts::HostTotals { hosts: hosts as u64, ..Default::default() });
            }
        }
    }
    run
}

/// The cells of such a run, one after the other, in the order of accounts and Regions as their keys have it.
///
/// # Panics
///
/// When the sample is not valid.
pub fn cells(run: &RunSummary) -> impl Iterator<Item = Cell> + '_ {
    let finished: Timestamp = run.finished_at.parse().expect("a moment");
    run.outcomes.iter().enumerate().flat_map(move |(number, account)| {
        let regions = account.regions.iter().enumerate().filter(|(_, region)| region.status == Status::Succeeded);
        let with_hosts = regions.filter(move |(at, _)| hosts_of(number, *at) > 0);
        with_hosts.map(move |(at, region)| cell(account, region, number, at, finished))
    })
}

/// A month of daily inspections that end with this one.
///
/// # Panics
///
/// When the sample is not valid.
pub fn history(coverage: &Coverage) -> Vec<Past> {
    let now: Timestamp = coverage.finished_at.parse().expect("a moment");
    let past = |days: u64| {
        let mut past = coverage.past(now - SignedDuration::from_hours(24 * i64::try_from(days).expect("some days")));
        let worse = past.hosts.all * (days + days % 3) / 400;
        let (patched, blocked) = (past.hosts.of(Verdict::Patched), past.hosts.of(Verdict::Blocked));
        past.hosts.verdicts.insert(Verdict::Patched, patched.saturating_sub(worse));
        past.hosts.verdicts.insert(Verdict::Blocked, blocked + worse.min(patched));
        let tenths = past.hosts.of(Verdict::Patched) * 1_000 / past.hosts.to_be_patched().max(1);
        past.hosts.patched_percent = u32::try_from(tenths).ok().map(|tenths| f64::from(tenths) / 10.0);
        Past { run: format!("inspect-{days}").parse().expect("a run's id"), ..past }
    };
    (0..30).rev().map(past).collect()
}

/// The first Regions have hosts in every account; which further one does, changes.
fn hosts_of(account: usize, region: usize) -> usize {
    let third = 2 + account % 15;
    match region {
        0 | 1 => HOSTS_OF_CELL + (account + region) % 5 - 2,
        region if region == third => HOSTS_OF_CELL + account % 5 - 2,
        _ => 0,
    }
}

fn cell(account: &AccountOutcome, region: &RegionOutcome, number: usize, at: usize, now: Timestamp) -> Cell {
    let seed = number * CELLS_OF_ACCOUNT + at;
    let site = Site { account: account.id.clone(), region: region.region.clone(), seed, now };
    let hosts: Vec<Host> = (0..hosts_of(number, at)).map(|host| site.host(host)).collect();
    Cell {
        account: site.account.clone(),
        region: site.region.clone(),
        inspected_at: now,
        dhmc: Some("service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom".to_owned()),
        windows: WINDOWS.iter().enumerate().map(|(window, _)| site.window(window, &hosts)).collect(),
        baselines: BASELINES
            .iter()
            .map(|(id, name, days)| Baseline {
                id: (*id).to_owned(),
                name: (*name).to_owned(),
                approve_after_days: Some(*days),
            })
            .collect(),
        hosts,
    }
}

struct Site {
    account: AccountId,
    region: Region,
    seed: usize,
    now: Timestamp,
}

/// What is the matter with a host.
struct Trouble {
    verdict: Verdict,
    reasons: Vec<Finding>,
    result: Option<&'static str>,
    missing: u32,
}

impl Site {
    fn ago(&self, hours: usize) -> Timestamp {
        self.now - SignedDuration::from_hours(i64::try_from(hours).expect("some hours"))
    }

    /// In some cells the window came to its error limit, in some a network has no way out, in some nobody set a tag.
    fn trouble(&self, host: usize) -> Trouble {
        use Reason as R;
        use Verdict::{Attention, Away, Blocked, Due, Excluded, Patched, Unknown};
        let number = self.seed * 31 + host * 101;
        let is_cut = self.seed % 37 == 5;
        let trouble = |verdict, reason, detail: Option<&str>| {
            let tag = matches!(reason, R::NoTag | R::TagMisspelt)
                .then(|| Tag { key: "InstanceOS".into(), value: "Linux".into() });
            let finding = Finding { name: reason, detail: detail.map(ToOwned::to_owned), tag };
            Trouble {
                verdict,
                reasons: vec![finding],
                result: None,
                missing: 2 + u32::try_from(number % 9).expect("few"),
            }
        };
        match (number % 1_000, host) {
            _ if is_cut && host > 3 => Trouble {
                result: Some("Terminated"),
                ..trouble(Attention, R::SkippedByErrorLimit, Some("2 errors, limit 1"))
            },
            _ if is_cut && host > 1 => Trouble {
                result: Some("Failed"),
                ..trouble(Attention, R::InstallFailed, Some("2 patches did not install"))
            },
            _ if self.seed % 83 == 9 => trouble(Blocked, R::NotManaged, None),
            _ if self.seed % 61 == 4 && host > 9 => trouble(Blocked, R::NoTag, Some("no tag InstanceOS")),
            (0..=17, _) => trouble(Blocked, R::NoTag, Some("no tag InstanceOS")),
            (18..=24, _) => trouble(Blocked, R::TagMisspelt, Some("the tag InstanceOS is \"linux\"")),
            (25..=34, _) => trouble(Blocked, R::NotManagedProfile, None),
            (35..=38, _) => trouble(Blocked, R::PlatformNotSupported, Some("Bottlerocket OS 1.21")),
            (39..=66, _) => trouble(Away, R::Stopped, Some("stopped since 2026-11-02 08:14")),
            (67..=72, _) => trouble(Away, R::ConnectionLost, Some("last heard of 2026-11-22 03:10")),
            (73..=86, _) => Trouble {
                result: Some("Failed"),
                ..trouble(Attention, R::InstallFailed, Some("1 patch did not install"))
            },
            (87..=99, _) => Trouble {
                missing: 0,
                result: Some("Success"),
                ..trouble(Attention, R::PendingRestart, Some("since 2026-11-20"))
            },
            (100..=106, _) => Trouble {
                result: Some("DeliveryTimedOut"),
                ..trouble(Attention, R::NotReached, Some("in the window of 2026-11-20"))
            },
            (107..=112, _) => trouble(Attention, R::Stale, Some("last scanned 23 days ago")),
            (113..=127, _) => {
                Trouble { missing: 0, ..trouble(Excluded, R::Replaced, Some("by the Auto Scaling group web")) }
            }
            (128..=132, _) => {
                Trouble { missing: 0, ..trouble(Excluded, R::OperatedByService, Some("eks.amazonaws.com")) }
            }
            (133..=135, _) => trouble(Unknown, R::TooEarly, Some("started 11 minutes ago")),
            (136..=195, _) => Trouble { verdict: Due, reasons: Vec::new(), result: Some("Success"), missing: 3 },
            (196..=230, _) => Trouble {
                missing: 0,
                result: Some("Success"),
                ..trouble(Patched, R::WaitingForApproval, Some("3 security updates"))
            },
            _ => Trouble { verdict: Patched, reasons: Vec::new(), result: Some("Success"), missing: 0 },
        }
    }

    fn host(&self, host: usize) -> Host {
        let Trouble { verdict, reasons, result, missing } = self.trouble(host);
        let number = self.seed * 100 + host;
        let reason = reasons.first().map(|finding| finding.name);
        let (system, baseline) = SYSTEMS[number % SYSTEMS.len()];
        let window = usize::from(system.starts_with("Microsoft"));
        let is_found =
            !matches!(reason, Some(Reason::NoTag | Reason::TagMisspelt | Reason::OperatedByService | Reason::Replaced));
        let is_managed =
            !matches!(reason, Some(Reason::NotManaged | Reason::NotManagedProfile | Reason::OperatedByService));
        let is_stopped = reason == Some(Reason::Stopped);
        let is_hybrid = number % 97 == 11 && is_managed && !is_stopped;
        let name = HOSTILE_NAMES
            .get(number)
            .map_or_else(|| format!("{}-{host}", WORKLOADS[number % WORKLOADS.len()]), ToString::to_string);
        let at = self.ago(96 + number % 7);
        let kind = if is_hybrid { HostKind::Hybrid } else { HostKind::Ec2 };
        let id = format!(
            "{}{:017x}",
            if is_hybrid { "mi-" } else { "i-" },
            (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4
        );
        Host {
            id,
            name: (number % 13 != 12).then_some(name),
            kind,
            state: (!is_hybrid).then(|| if is_stopped { "stopped" } else { "running" }.to_owned()),
            platform: is_managed.then(|| system.to_owned()),
            agent_version: is_managed.then(|| "3.3.1611.0".to_owned()),
            ping_status: (is_managed && !is_stopped)
                .then(|| if reason == Some(Reason::ConnectionLost) { "ConnectionLost" } else { "Online" }.to_owned()),
            last_ping_at: is_managed.then(|| self.ago(0)),
            launched_at: Some(self.ago(200 + number % 5_000)),
            vpc: (!is_hybrid).then(|| format!("vpc-{:017x}", self.seed as u64 * 0x9e37_79b9 + 7)),
            group: (reason == Some(Reason::Replaced)).then(|| "asg:web".to_owned()),
            windows: if is_found { vec![WINDOWS[window].to_owned()] } else { Vec::new() },
            next_execution: is_found.then(|| NEXT[window].to_owned()),
            verdict,
            reasons,
            patch: (is_managed && verdict != Verdict::Unknown)
                .then(|| self.patch(number, baseline, missing, reason, at)),
            last_window: result.map(|result| LastResult {
                window: WINDOWS[window].to_owned(),
                at: Some(at),
                result: result.to_owned(),
            }),
        }
    }

    fn patch(&self, number: usize, baseline: usize, missing: u32, reason: Option<Reason>, at: Timestamp) -> Patch {
        let is = |wanted| u32::from(reason == Some(wanted));
        let ended_at = if reason == Some(Reason::Stale) { self.ago(23 * 24 + number % 100) } else { at };
        Patch {
            operation: "Install".to_owned(),
            ended_at: Some(ended_at),
            baseline: BASELINES[baseline].0.to_owned(),
            missing_count: Some(missing),
            failed_count: Some(is(Reason::InstallFailed)),
            installed_pending_reboot_count: Some(2 * is(Reason::PendingRestart)),
            critical_non_compliant_count: Some(missing / 5),
            security_non_compliant_count: Some(missing / 2),
            other_non_compliant_count: Some(missing - missing / 2 - missing / 5),
            available_security_update_count: Some(3 * is(Reason::WaitingForApproval)),
        }
    }

    fn window(&self, window: usize, hosts: &[Host]) -> WindowRun {
        let of = |wanted: &str| {
            let results = hosts.iter().filter_map(|host| host.last_window.as_ref());
            let found = results.filter(|last| last.window == WINDOWS[window] && last.result == wanted);
            u32::try_from(found.count()).expect("few hosts")
        };
        let (succeeded, failed, not_reached, stopped_by_limit) =
            (of("Success"), of("Failed"), of("DeliveryTimedOut"), of("Terminated"));
        let targets = succeeded + failed + not_reached + stopped_by_limit;
        let is_off = self.seed % 211 == 13;
        let not_run = is_off || targets == 0 || self.seed % 149 == 3;
        let last = LastRun {
            execution: format!("{:08x}-2f60-4c1a-b8f0-5a3e7d214c08", self.seed),
            started_at: Some(self.ago(102)),
            status: if failed + stopped_by_limit > 0 { "FAILED" } else { "SUCCESS" }.to_owned(),
            details: (targets == 0).then(|| "No invocations to execute.".to_owned()),
            targets,
            succeeded,
            failed,
            not_reached,
            stopped_by_limit,
            cut_off: 0,
        };
        WindowRun {
            name: WINDOWS[window].to_owned(),
            id: Some(format!("mw-{:017x}", (self.seed * 2 + window) as u64 * 0x9e37_79b9)),
            enabled: !is_off,
            next_execution: (!is_off).then(|| NEXT[window].to_owned()),
            last: (!is_off && self.seed % 149 != 3).then_some(last),
            missed_at: (!is_off && self.seed % 149 == 3).then(|| self.ago(102)),
            not_run,
        }
    }
}
