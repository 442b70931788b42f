//! The run in CloudWatch metrics, in the embedded metric format: a line in the function's log.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use jiff::{Timestamp, Unit};
use patching::hosts::Verdict;
use patching::hosts::coverage::Coverage;
use patching::outcome::Status;
use patching::summary::RunSummary;
use policy::ids::RunId;
use policy::input::Action;
use serde_json::{Value, json};

use crate::asked::{action, is_whole};

/// The only dimension, whose value is the stack's prefix for names.
const DIMENSION: &str = "Stack";

/// Where metrics go.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// The namespace.
    pub namespace: String,
    /// The value of the dimension `Stack`.
    pub stack: String,
}

impl Metrics {
    /// The run's metrics as one line; none for a run that changes nothing that an alarm could be about.
    pub fn of_run(&self, summary: &RunSummary, now: Timestamp) -> Option<String> {
        // Also of one that ended before it was known what it was.
        if !action(summary).is_none_or(Action::changes) {
            return None;
        }
        let totals = &summary.totals;
        let counts = [
            ("AccountsSucceeded", totals.accounts.succeeded),
            ("AccountsFailed", totals.accounts.failed),
            ("AccountsSkipped", totals.accounts.skipped),
            ("AccountsNotReached", totals.accounts.not_reached),
            ("RegionsSucceeded", totals.regions.succeeded),
            ("RegionsFailed", totals.regions.failed),
            ("RegionsSkipped", totals.regions.skipped),
            ("WindowsCreated", totals.windows.created),
            ("WindowsUpdated", totals.windows.updated),
            ("WindowsDeleted", totals.windows.deleted),
            ("WindowsUnchanged", totals.windows.unchanged),
            ("Warnings", summary.warnings),
            ("GoodRun", usize::from(is_good(summary))),
        ];
        let duration = seconds(summary).map(|seconds| ("Duration", "Seconds", json!(seconds)));
        Some(self.line(&summary.run, &counts, duration, now))
    }

    /// The metrics of an inspection as one line; none for one that did not look at the whole scope.
    pub fn of_inspection(&self, run: &RunSummary, coverage: &Coverage, now: Timestamp) -> Option<String> {
        if !is_whole(run) {
            return None;
        }
        let hosts = &coverage.hosts;
        let counts = [
            ("HostsTotal", hosts.to_be_patched()),
            ("HostsPatched", hosts.of(Verdict::Patched)),
            ("HostsDue", hosts.of(Verdict::Due)),
            ("HostsAttention", hosts.of(Verdict::Attention)),
            ("HostsBlocked", hosts.of(Verdict::Blocked)),
            ("HostsAway", hosts.of(Verdict::Away)),
            ("HostsUnknown", hosts.of(Verdict::Unknown)),
            ("WindowsNotRun", coverage.windows_not_run),
            ("CellsNotInspected", coverage.not_inspected),
            ("CellsDenied", coverage.denied),
        ];
        let percent = hosts.patched_percent.map(|percent| ("PatchedPercent", "Percent", json!(percent)));
        let oldest = coverage.oldest_scan.map(|oldest| {
            let days = (now.as_second() - oldest.as_second()).max(0) / (24 * 60 * 60);
            ("OldestScanDays", "None", json!(days))
        });
        Some(self.line(&run.run, &counts, percent.into_iter().chain(oldest), now))
    }

    /// Metrics that are counts, and others with their units.
    fn line(
        &self,
        run: &RunId,
        counts: &[(&'static str, impl Copy + Into<Value>)],
        others: impl IntoIterator<Item = (&'static str, &'static str, Value)>,
        now: Timestamp,
    ) -> String {
        let counts = counts.iter().map(|(name, count)| (*name, "Count", (*count).into()));
        let metrics: Vec<_> = counts.chain(others).collect();
        let definitions: Vec<_> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
        let directive = json!({"Namespace": self.namespace, "Dimensions": [[DIMENSION]], "Metrics": definitions});
        let about = json!({"Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive]});
        let mut line = json!({"_aws": about, DIMENSION: self.stack, "run": run});
        for (name, _, value) in metrics {
            line[name] = value;
        }
        line.to_string()
    }
}

/// A rollout of the whole scope that set up something and failed nowhere: what the alarm on the last good run waits for.
fn is_good(summary: &RunSummary) -> bool {
    let has_worked = summary.totals.regions.succeeded > 0;
    summary.action == Some(Action::Rollout) && summary.status == Status::Succeeded && is_whole(summary) && has_worked
}

/// How long the run took.
fn seconds(summary: &RunSummary) -> Option<f64> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let took = moment(&summary.finished_at)?.since(moment(&summary.started_at)?).ok()?;
    took.total(Unit::Second).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::from_str;

    use super::*;
    use crate::tests::{summary, summary_of};

    fn of(changes: &Value) -> Option<Value> {
        let metrics = Metrics { namespace: "PatchManager".into(), stack: "patch-manager".into() };
        let line = metrics.of_run(&summary(changes), Timestamp::UNIX_EPOCH)?;
        assert!(!line.contains('\n'));
        Some(from_str(&line).unwrap())
    }

    #[test]
    fn every_metric_that_is_named_has_a_value_and_the_one_dimension_too() {
        let line = of(&json!({})).unwrap();
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("PatchManager"), &json!([["Stack"]])));
        assert_eq!(line["Stack"], "patch-manager");
        let named = directive["Metrics"].as_array().unwrap();
        assert_eq!(named.len(), 14);
        assert!(named.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "{line}");
        assert_eq!((&line["Duration"], &line["AccountsSkipped"]), (&json!(100.0), &json!(2)));
    }

    #[test]
    fn only_a_rollout_of_the_whole_scope_is_a_good_run() {
        let good = |changes| of(&changes).unwrap()["GoodRun"] == 1;
        assert!(good(json!({})) && good(json!({"input": {"trigger": "schedule"}})));
        assert!(!good(json!({"input": {"accounts": ["111122223333"]}})));
        assert!(!good(json!({"input": {"regions": ["eu-west-1"]}})));
        assert!(!good(json!({"input": {"retryOf": "r0"}})));
        assert!(!good(json!({"action": "disable", "input": {"action": "disable"}})));
        assert!(!good(json!({"error": {"Error": "InvalidPolicy", "Cause": ""}})));
    }

    #[test]
    fn a_run_that_worked_in_no_region_is_not_a_good_one() {
        let line = |outcome: &Value| {
            let metrics = Metrics { namespace: "PatchManager".into(), stack: "patch-manager".into() };
            let run = summary_of(&json!({}), outcome);
            from_str::<Value>(&metrics.of_run(&run, Timestamp::UNIX_EPOCH).unwrap()).unwrap()
        };
        let nowhere = line(&json!({"regions": [], "notEnabled": ["eu-west-1"]}));
        assert_eq!((&nowhere["GoodRun"], &nowhere["RegionsSkipped"]), (&json!(0), &json!(1)));
        let denied =
            json!({"region": "us-east-1", "status": "skipped", "skipped": {"name": "RegionDenied", "cause": "no"}});
        assert_eq!(line(&json!({"regions": [denied]}))["GoodRun"], 0);
        assert_eq!(line(&json!({"regions": [denied, {"region": "eu-west-1", "status": "succeeded"}]}))["GoodRun"], 1);
    }

    #[test]
    fn a_run_that_changes_nothing_has_none_even_when_it_could_not_be_done() {
        for action in ["plan", "inspect"] {
            assert_eq!(of(&json!({"action": action})), None);
            let error = json!({"Error": "InvalidPolicy", "Cause": ""});
            assert_eq!(of(&json!({"action": null, "input": {"action": action}, "error": error})), None);
        }
    }
}
