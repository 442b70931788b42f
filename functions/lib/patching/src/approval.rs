//! Whether what a window is to install is approved when it opens.

use policy::{PatchPolicy, ScheduleKind, Wave, Window};

use crate::outcome::Warning;

/// After how many days AWS's default baselines approve patches, those of Ubuntu and Debian excepted:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html>
const APPROVED_AFTER_DAYS: u8 = 7;

/// The documents that install what a baseline approves.
const INSTALLING: [&str; 2] = ["AWS-RunPatchBaseline", "AWS-RunPatchBaselineWithHooks"];
/// Their parameters that take the place of the host's own baseline.
const INSTEAD_OF_BASELINE: [&str; 2] = ["BaselineOverride", "InstallOverrideList"];

/// Windows that install after a Patch Tuesday before AWS's default baselines approve what came out on it; where there are waves, which
/// take all accounts, those of each wave.
pub fn warnings(policy: &PatchPolicy) -> Vec<Warning> {
    let of_wave = |wave: &Wave| -> Vec<_> {
        warnings_alone(&wave.policy).into_iter().map(|warning| warning.in_wave(&wave.name)).collect()
    };
    if policy.waves.is_empty() { warnings_alone(policy) } else { policy.waves.iter().flat_map(of_wave).collect() }
}

fn warnings_alone(policy: &PatchPolicy) -> Vec<Warning> {
    let enabled = policy.windows.iter().filter(|window| window.enabled && installs_by_baseline(window));
    let early = enabled.filter_map(|window| match window.schedule.kind() {
        ScheduleKind::PatchTuesday { days, .. } if days < APPROVED_AFTER_DAYS => Some(warning(window, days)),
        _ => None,
    });
    early.collect()
}

fn warning(Window { name, .. }: &Window, days: u8) -> Warning {
    let installs = match days {
        0 => "on Patch Tuesday".to_owned(),
        1 => "1 day after Patch Tuesday".to_owned(),
        days => format!("{days} days after Patch Tuesday"),
    };
    let message = format!(
        "the window {name} installs {installs}, and AWS's default baselines for Windows, Amazon Linux, RHEL and SUSE approve what \
         came out on it after {APPROVED_AFTER_DAYS} days: by these it installs what the month before brought"
    );
    Warning::new("InstallsBeforeApproval", message)
}

fn installs_by_baseline(window: &Window) -> bool {
    let task = &window.task;
    let values = |name: &str| task.parameters.get(name).map(Vec::as_slice).unwrap_or_default();
    INSTALLING.contains(&task.document.name())
        && values("Operation") == ["Install"]
        && INSTEAD_OF_BASELINE.iter().all(|name| values(name).iter().all(String::is_empty))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn warned(schedule: &str, task: &Value, enabled: bool) -> Vec<Warning> {
        let window = json!({
            "name": "one-window", "schedule": schedule, "target": {"values": ["Linux"]}, "task": task, "enabled": enabled
        });
        warnings(&PatchPolicy::parse(&json!({"windows": [window]})).unwrap())
    }

    fn task(document: &str, parameters: &Value) -> Value {
        json!({"name": "Patch", "document": document, "parameters": parameters})
    }

    #[test]
    fn a_window_that_installs_before_the_seventh_day_is_a_warning_that_names_it() {
        let install = task("AWS-RunPatchBaseline", &json!({"Operation": ["Install"]}));
        let early = warned("patch-tuesday(2, 02:00)", &install, true);
        assert_eq!(early.len(), 1);
        assert_eq!(early[0].name, "InstallsBeforeApproval");
        assert!(early[0].message.contains("one-window") && early[0].message.contains("2 days"), "{}", early[0].message);
        for (days, count) in [(0, 1), (1, 1), (6, 1), (7, 0), (20, 0)] {
            let schedule = format!("patch-tuesday({days}, 02:00)");
            assert_eq!(warned(&schedule, &install, true).len(), count, "{schedule}");
        }
        assert_eq!(warned("patch-tuesday(2, 02:00)", &install, false), [], "it does not open");
        assert_eq!(warned("cron(0 2 ? * TUE *)", &install, true), [], "every Tuesday");
    }

    #[test]
    fn each_wave_is_looked_at_by_itself_and_the_policy_that_nobody_has_is_not() {
        let schedule =
            |days: u8| json!({"windows": {"one-window": {"schedule": format!("patch-tuesday({days}, 02:00)")}}});
        let policy = json!({
            "windows": [{
                "name": "one-window", "schedule": "patch-tuesday(1, 02:00)", "target": {"values": ["Linux"]},
                "task": task("AWS-RunPatchBaseline", &json!({"Operation": ["Install"]}))
            }],
            "waves": [
                {"name": "canary", "accounts": ["111122223333"], "windows": schedule(2)["windows"]},
                {"name": "rest", "windows": schedule(9)["windows"]}
            ]
        });
        let early = warnings(&PatchPolicy::parse(&policy).unwrap());
        assert_eq!(early.len(), 1);
        assert!(early[0].message.contains("2 days") && early[0].message.contains("canary"), "{}", early[0].message);
    }

    #[test]
    fn only_what_installs_by_the_hosts_own_baseline_is_meant() {
        let schedule = "patch-tuesday(2, 02:00)";
        for (document, parameters, count) in [
            ("AWS-RunPatchBaselineWithHooks", json!({"Operation": ["Install"]}), 1),
            ("AWS-RunPatchBaseline", json!({"Operation": ["Install"], "BaselineOverride": [""]}), 1),
            ("AWS-RunPatchBaseline", json!({"Operation": ["Install"], "BaselineOverride": ["s3://b/own.json"]}), 0),
            ("AWS-RunPatchBaseline", json!({"Operation": ["Install"], "InstallOverrideList": ["s3://b/l.yaml"]}), 0),
            ("AWS-RunPatchBaseline", json!({"Operation": ["Scan"]}), 0),
            ("AWS-UpdateSSMAgent", json!({}), 0),
            ("Own-Document", json!({"Operation": ["Install"]}), 0),
        ] {
            assert_eq!(warned(schedule, &task(document, &parameters), true).len(), count, "{document} {parameters}");
        }
    }
}
