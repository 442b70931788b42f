//! Hosts for every reason, each in an account-Region that is as it takes.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use local_aws::LocalAws;
use local_aws::fleets::{Kind, make_each};
use patching::dhmc::SETTING_ID;
use patching::hosts::{Reason, Verdict};
use serde_json::{Value, from_str, json};
use ssm_simulator::{Baseline, ConfigChange, Fate, Fleet, Host, Play};
use strum::VariantArray as _;
use workflow::cell::{install, scan, window};

use crate::end_to_end::inputs::{policy, put_policy};

const DAY: i64 = 24;
const STRICT: &str = "strict";
const CANCELLED: &str = "cancelled";

/// A host, and what is to be said of it.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) id: String,
    pub(crate) verdict: Verdict,
    /// All, in their order.
    pub(crate) reasons: Vec<Reason>,
}

impl Given {
    pub(crate) fn headline(&self) -> Option<Reason> {
        let is_as_it_should_be = matches!(self.verdict, Verdict::Patched | Verdict::Due);
        self.reasons.first().copied().filter(|_| !is_as_it_should_be)
    }
}

/// An account-Region.
type Place = (String, String);

/// What has become of an organization in a week.
pub(crate) struct Organization {
    pub(crate) hosts: Vec<Given>,
    without_dhmc: Place,
    without_windows: Place,
    with_windows_off: Place,
    not_readable: Place,
    /// Another Region of the same account.
    denied: Place,
}

impl Organization {
    /// Lets a week pass in which each window opens once, two to four days before now.
    pub(crate) async fn played(aws: &LocalAws, now: Timestamp) -> Self {
        put_policy(aws, &with_windows(&policy(aws).await, now)).await;
        let set_up = aws.run("set-up", &json!({})).await.unwrap();
        assert_eq!(set_up.status, "SUCCEEDED", "{:?}", set_up.cause);
        let places: Vec<Place> =
            aws.organization.ready_pairs().map(|(account, region)| (account.id.clone(), region.to_owned())).collect();
        let without_task_role = places.last().unwrap();
        deny_task_role(aws, without_task_role).await;
        let mut made = Making { now, seed: 1, fleets: Vec::new(), hosts: Vec::new() };
        made.of_kinds(&places[0]);
        made.for_other_windows(&places[1]);
        made.put(&places[2], &[Kind::NotManaged; 2], Verdict::Blocked, &[Reason::NoRole]);
        made.put(&places[3], &[Kind::Linux; 2], Verdict::Blocked, &[Reason::WindowMissing]);
        made.put(&places[4], &[Kind::Linux; 2], Verdict::Blocked, &[Reason::WindowDisabled]);
        made.put(&places[5], &[Kind::Linux; 3], Verdict::Unknown, &[Reason::NotInspected]);
        made.put(&places[6], &[Kind::Linux; 2], Verdict::Unknown, &[Reason::NotInspected]);
        let refused = [Reason::TaskNotAllowed, Reason::NeverScanned];
        made.put(without_task_role, &[Kind::Linux; 3], Verdict::Attention, &refused);
        aws.simulator.put_hosts(&made.fleets).await.unwrap();
        let from = Some(now - SignedDuration::from_hours(8 * DAY));
        aws.simulator.play(&Play { from, until: now, account: None, region: None }).await.unwrap();
        let [without_dhmc, without_windows, with_windows_off, not_readable, denied] =
            [2, 3, 4, 5, 6].map(|place: usize| places[place].clone());
        let hosts = stopped_by_errors(aws, made.hosts).await;
        Self { hosts, without_dhmc, without_windows, with_windows_off, not_readable, denied }
    }

    /// What somebody has done since.
    pub(crate) async fn spoil(&self, aws: &LocalAws) {
        let ssm = |(account, region): &Place| aws.clients.ssm_for(account, region);
        let state = aws.simulator.state().await.unwrap();
        let windows = |(account, region): &Place| state.windows(account, region).to_vec();
        ssm(&self.without_dhmc).reset_service_setting().setting_id(SETTING_ID).send().await.unwrap();
        for window in windows(&self.without_windows) {
            ssm(&self.without_windows).delete_maintenance_window().window_id(window.id).send().await.unwrap();
        }
        for window in windows(&self.with_windows_off) {
            let off = ssm(&self.with_windows_off).update_maintenance_window().window_id(window.id).enabled(false);
            off.send().await.unwrap();
        }
        let (account, region) = &self.not_readable;
        assert_eq!(*account, self.denied.0);
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Action": "ssm:DescribeInstancePatchStates", "Resource": "*",
             "Condition": {"StringEquals": {"aws:RequestedRegion": region}}},
            {"Effect": "Deny", "NotAction": ["account:*", "iam:*", "sts:*"], "Resource": "*",
             "Condition": {"StringEquals": {"aws:RequestedRegion": self.denied.1}}}
        ]});
        let service_control_policies = [(account.clone(), vec![policy])].into();
        aws.simulator.configure(&ConfigChange { service_control_policies, ..ConfigChange::default() }).await.unwrap();
    }
}

struct Making {
    now: Timestamp,
    seed: u64,
    fleets: Vec<Fleet>,
    hosts: Vec<Given>,
}

impl Making {
    fn hosts(&mut self, place: &Place, kinds: &[Kind]) -> &mut Fleet {
        self.seed += 1;
        self.fleets.extend(make_each(self.seed, kinds, place, self.now).fleets);
        self.fleets.last_mut().unwrap()
    }

    fn put(&mut self, place: &Place, kinds: &[Kind], verdict: Verdict, reasons: &[Reason]) {
        let ids: Vec<_> = self.hosts(place, kinds).hosts.iter().map(|host| host.id.clone()).collect();
        self.hosts.extend(ids.into_iter().map(|id| Given { id, verdict, reasons: reasons.to_vec() }));
    }

    /// Two of each kind, where all is as it should be; of what comes out for Windows nothing has to wait, whatever day it is.
    fn of_kinds(&mut self, place: &Place) {
        let kinds: Vec<_> = Kind::VARIANTS.iter().flat_map(|kind| [*kind; 2]).collect();
        let fleet = self.hosts(place, &kinds);
        fleet.baselines.push(Baseline {
            id: "pb-ddddddddddddddddd".into(),
            name: "At-once".into(),
            operating_system: "WINDOWS".into(),
            approve_after_days: Some(0),
            is_default: true,
            ..Baseline::default()
        });
        let ids: Vec<_> = fleet.hosts.iter().map(|host| host.id.clone()).collect();
        let there = ids.into_iter().zip(kinds).filter(|(_, kind)| *kind != Kind::Terminated);
        self.hosts.extend(there.map(|(id, kind)| {
            let (verdict, headline) = kind.verdict(false);
            Given { id, verdict, reasons: headline.into_iter().chain(kind.also(false).iter().copied()).collect() }
        }));
    }

    /// What windows look for by other values of the tag.
    fn for_other_windows(&mut self, place: &Place) {
        let skipped = [Reason::WindowSkipped];
        for (tag, kinds, verdict, reasons) in [
            ("scanned", &[Kind::Linux; 2][..], Verdict::Blocked, &[Reason::ScanOnly][..]),
            ("overlapping", &[Kind::Slow, Kind::Linux], Verdict::Attention, &skipped),
            (CANCELLED, &[Kind::Slow], Verdict::Attention, &[Reason::CutOff, Reason::NeverScanned]),
            // One of them is the first, which is told by what became of each.
            (STRICT, &[Kind::Fails; 4], Verdict::Attention, &[Reason::SkippedByErrorLimit, Reason::NeverScanned]),
        ] {
            self.put(place, kinds, verdict, reasons);
            let fleet = self.fleets.last_mut().unwrap();
            fleet.hosts.iter_mut().for_each(|host| tagged(host, tag, self.now));
        }
    }
}

/// A year behind, so that something is missing whatever day it is.
fn tagged(host: &mut Host, tag: &str, now: Timestamp) {
    host.conduct.installed_until = Some(now - SignedDuration::from_hours(365 * DAY));
    host.instance.as_mut().unwrap().tags.insert("InstanceOS".into(), tag.into());
}

/// Of the hosts that all fail, those to which the window came before it stopped.
async fn stopped_by_errors(aws: &LocalAws, mut hosts: Vec<Given>) -> Vec<Given> {
    let truth = aws.simulator.truth().await.unwrap().into_iter();
    let nights = truth.flat_map(|truth| truth.nights.into_iter().map(move |night| (truth.host.clone(), night)));
    let of_strict = nights.filter(|(_, night)| night.window == STRICT);
    let failed: BTreeSet<_> = of_strict.filter(|(_, night)| night.fate == Fate::Failed).map(|(host, _)| host).collect();
    assert_eq!(failed.len(), 1, "the first error is one too many");
    for host in hosts.iter_mut().filter(|host| failed.contains(&host.id)) {
        host.reasons[0] = Reason::InstallFailed;
    }
    hosts
}

/// The stack's windows on days that are not today, and some more.
fn with_windows(policy: &str, now: Timestamp) -> String {
    let mut policy: Value = from_str(policy).unwrap();
    let ago = |hours: i64| TimeZone::UTC.to_datetime(now - SignedDuration::from_hours(hours));
    let weekly = |days: i64| {
        let at = ago(days * DAY);
        format!("cron(0 {} {} ? * {} *)", at.minute(), at.hour(), at.strftime("%a").to_string().to_uppercase())
    };
    let windows = policy["windows"].as_array_mut().unwrap();
    for (window, days) in windows.iter_mut().zip([4, 3, 2]) {
        (window["schedule"], window["timezone"]) = (weekly(days).into(), "UTC".into());
    }
    // The second opening comes while the first one's slow host is not done.
    let (first, second) = (ago(3), ago(2));
    let twice = format!("cron(0 {} {},{} ? * * *)", first.minute(), first.hour(), second.hour());
    let others = [
        ("scanned", weekly(2), scan()),
        (STRICT, weekly(2), install()),
        (CANCELLED, weekly(2), install()),
        ("overlapping", twice, install()),
    ];
    for (name, schedule, parameters) in others {
        let mut more = window(name, "FRI", "AWS-RunPatchBaseline", &parameters);
        (more["schedule"], more["timezone"]) = (schedule.into(), "UTC".into());
        (more["durationHours"], more["cutoffHours"]) = (1.into(), 0.into());
        more["target"]["values"] = json!([name]);
        (more["task"]["maxConcurrency"], more["task"]["maxErrors"]) = ("1".into(), "0".into());
        if name == CANCELLED {
            more["task"]["cutoffBehavior"] = "CANCEL_TASK".into();
        }
        windows.push(more);
    }
    policy.to_string()
}

/// Tasks in this account have a role that may not send commands.
async fn deny_task_role(aws: &LocalAws, (account, region): &Place) {
    let state = aws.simulator.state().await.unwrap();
    let tasks = state.windows(account, region).iter().flat_map(|window| &window.tasks);
    let roles = tasks.filter_map(|task| task["ServiceRoleArn"].as_str()).map(ToOwned::to_owned);
    let denied_task_roles = Some(roles.collect::<BTreeSet<_>>());
    assert!(denied_task_roles.as_ref().is_some_and(|roles| !roles.is_empty()));
    aws.simulator.configure(&ConfigChange { denied_task_roles, ..ConfigChange::default() }).await.unwrap();
}
