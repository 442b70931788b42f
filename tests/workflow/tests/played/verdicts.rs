//! What is said of every host, against what it is made to be, through the calls of an inspection.

use std::collections::BTreeSet;

use patching::hosts::{Cell as Judged, Host as Said, Reason, Verdict, judge};
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
async fn each_host_gets_the_verdict_and_the_reasons_of_its_kind() {
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
        let reasons: Vec<Reason> = host.reasons.iter().map(|finding| finding.name).collect();
        let made: Vec<_> = kind.verdict(true).1.into_iter().chain(kind.also(true).iter().copied()).collect();
        if reasons != made {
            differences.insert(format!("{kind:?}: {reasons:?} instead of {made:?}"));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    let ids: BTreeSet<_> = judged.hosts.iter().map(|host| &host.id).collect();
    let unsaid: BTreeSet<_> =
        week.made.kinds.iter().filter(|(id, _)| !ids.contains(id)).map(|(_, kind)| *kind).collect();
    assert_eq!(unsaid, [Kind::Terminated].into(), "EC2 does not list them any more");
    assert_eq!(judged.totals().hosts, judged.hosts.len() as u64);
}

/// As well as the window's opening, which went by the filters that the simulator has.
#[tokio::test]
async fn a_window_with_two_filters_comes_to_the_hosts_that_both_find_and_the_others_are_told_which_does_not() {
    let filters = json!([{"key": "tag:Environment", "values": ["prod"]}, {"values": ["Linux"]}]);
    let mut linux = window(LINUX, "FRI", "AWS-RunPatchBaseline", &install());
    linux["target"] = filters;
    let policy = policy_with(&json!({"windows": [linux]}));
    let week = Week::of(200, &policy).await;
    let judged = week.inspected(&policy).await;
    let (mut found, mut others) = (0, 0);
    for host in week.of_kind(Kind::Linux) {
        let environment = &host.instance.as_ref().unwrap().tags["Environment"];
        let said = judged.hosts.iter().find(|said| said.id == host.id).unwrap();
        let fate = week.fate(&host.id, LINUX);
        if environment == "prod" {
            found += 1;
            assert_eq!((fate, said.verdict), (Fate::Success, Verdict::Patched), "{said:?}");
        } else {
            others += 1;
            assert_eq!((fate, said.verdict), (Fate::NotMatched, Verdict::Blocked), "{said:?}");
            let finding = &said.reasons[0];
            assert_eq!(finding.name, Reason::TagUnknownValue);
            let tag = finding.tag.as_ref().map(|tag| (&*tag.key, &*tag.value));
            assert_eq!(tag, Some(("Environment", "prod")), "{:?}", finding.detail);
        }
    }
    assert!(found > 10 && others > 10, "{found} and {others}");
}
