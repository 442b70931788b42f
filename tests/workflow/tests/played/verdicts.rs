//! What is said of every host, against what it is made to be, through the calls of an inspection.

use std::collections::BTreeSet;

use patching::hosts::{Cell as Judged, Host as Said, judge};
use workflow::cell::{self, ACCOUNT};

use super::*;

impl Week {
    /// What an inspection says, on the Sunday.
    async fn inspected(&self, policy: &PatchPolicy) -> Judged {
        let config = cell::sdk_config(&self.cell.simulator);
        let setting = self.cell.ssm.update_service_setting().setting_id(patching::dhmc::SETTING_ID);
        setting.setting_value("service-role/Ours").send().await.unwrap();
        let found = member::hosts::observe(&config, &policy.owner_tag, time(NOW)).await.unwrap().unwrap();
        judge(policy, &found, ACCOUNT.parse().unwrap(), REGION.parse().unwrap(), time(NOW))
    }
}

#[tokio::test]
async fn each_host_gets_the_verdict_and_the_reason_of_its_kind() {
    let policy = policy("100%", "100%");
    let week = Week::of(400, &policy).await;
    let judged = week.inspected(&policy).await;
    let said = |host: &Said| (host.verdict, host.headline());
    let mut differences = BTreeSet::new();
    for host in &judged.hosts {
        let kind = week.made.kinds[&host.id];
        if said(host) != kind.verdict(true) {
            differences.insert(format!("{kind:?}: {:?} instead of {:?}", said(host), kind.verdict(true)));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    let ids: BTreeSet<_> = judged.hosts.iter().map(|host| &host.id).collect();
    let unsaid: BTreeSet<_> =
        week.made.kinds.iter().filter(|(id, _)| !ids.contains(id)).map(|(_, kind)| *kind).collect();
    assert_eq!(unsaid, [Kind::Terminated].into(), "EC2 does not list them any more");
    assert_eq!(judged.totals().hosts, judged.hosts.len() as u64);
}
