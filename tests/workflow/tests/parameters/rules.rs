//! Parameters that do not go together are refused before anything is created.

use policy::PatchPolicy;
use workflow::rendering::Rendering;
use workflow::template;

const WINDOWS: [&str; 3] = ["Agent", "Windows", "Linux"];

fn broken(values: &[(&str, &str)]) -> Vec<String> {
    Rendering::new(&template::load("main.yaml"), values).broken_rules()
}

#[test]
fn the_defaults_go_together() {
    assert_eq!(broken(&[]), [""; 0]);
}

/// Rules cannot count or compare lists: the stack's own check says it, before anything is changed in an account.
#[test]
fn what_no_rule_says_the_policys_check_says() {
    let template = template::load("main.yaml");
    let refused = |values: &[(&str, &str)]| {
        let policy = Rendering::new(&template, values).policy();
        PatchPolicy::parse(&policy).err().map(|error| error.problems[0].to_string()).unwrap_or_default()
    };
    for (index, window) in WINDOWS.into_iter().enumerate() {
        for (duration, cutoff) in (1..=24).flat_map(|duration| (0..24).map(move |cutoff| (duration, cutoff))) {
            let (names, values) = (
                [format!("{window}DurationHours"), format!("{window}CutoffHours")],
                [duration, cutoff].map(|n: i32| n.to_string()),
            );
            let problem = refused(&[(names[0].as_str(), values[0].as_str()), (names[1].as_str(), values[1].as_str())]);
            let path = format!("$.windows[{index}].cutoffHours");
            let expected = format!("{path}: {cutoff} — allowed: less than durationHours ({duration})");
            assert_eq!(problem, if cutoff < duration { "" } else { &expected });
        }
    }
    for (one, other, index, first) in [("Agent", "Windows", 1, 0), ("Agent", "Linux", 2, 0), ("Windows", "Linux", 2, 1)]
    {
        let names = [format!("{one}WindowName"), format!("{other}WindowName")];
        assert_eq!(
            refused(&[(&names[0], "same"), (&names[1], "same")]),
            format!("$.windows[{index}].name: \"same\" — allowed: a name of its own (windows[{first}] has this one)")
        );
    }
    assert!(
        refused(&[("Timezone", "Mars/Olympus")]).starts_with("$.windows[0].timezone: \"Mars/Olympus\" — allowed: ")
    );
    assert!(
        refused(&[("LinuxSchedule", "rate(1 days)")])
            .starts_with("$.windows[2].schedule: \"rate(1 days)\" — allowed: ")
    );
}

#[test]
fn regions_are_named_in_one_way() {
    assert_eq!(broken(&[("ControlTowerRegionsOnly", "true")]), [""; 0]);
    let both = broken(&[("ControlTowerRegionsOnly", "true"), ("Regions", "eu-west-1")]);
    assert!(both.len() == 1 && both[0].contains("ControlTowerRegionsOnly"), "{both:?}");
}

#[test]
fn a_whole_policy_has_a_beginning() {
    assert_eq!(broken(&[("PatchPolicyContinued", "}")]).len(), 1);
    assert_eq!(broken(&[("PatchPolicy", "{"), ("PatchPolicyContinued", "}")]), [""; 0]);
}
