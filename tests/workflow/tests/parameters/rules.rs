//! Parameters that do not go together are refused before anything is created.

use workflow::rendering::Rendering;
use workflow::template;

const WINDOWS: [&str; 3] = ["Agent", "Windows", "Linux"];

fn broken(values: &[(&str, &str)]) -> Vec<String> {
    Rendering::new(&template::control_plane(), values).broken_rules()
}

#[test]
fn the_defaults_go_together() {
    assert_eq!(broken(&[]), [""; 0]);
}

#[test]
fn a_cutoff_is_less_than_its_duration_for_every_pair_of_each_window() {
    let template = template::control_plane();
    for window in WINDOWS {
        for (duration, cutoff) in (1..=24).flat_map(|duration| (0..24).map(move |cutoff| (duration, cutoff))) {
            let (names, values) = (
                [format!("{window}DurationHours"), format!("{window}CutoffHours")],
                [duration, cutoff].map(|n: i32| n.to_string()),
            );
            let values = [(names[0].as_str(), values[0].as_str()), (names[1].as_str(), values[1].as_str())];
            let broken = Rendering::new(&template, &values).broken_rules();
            assert_eq!(broken.is_empty(), cutoff < duration, "{window} {duration} {cutoff}: {broken:?}");
            assert!(broken.iter().all(|message| message.starts_with(&format!("{window}CutoffHours must be less"))));
        }
    }
}

#[test]
fn a_prefix_needs_a_bucket() {
    for window in WINDOWS {
        let (prefix, bucket) = (format!("{window}OutputPrefix"), format!("{window}OutputBucket"));
        assert_eq!(broken(&[(&prefix, "p")]), [format!("{prefix} goes only with {bucket}.")]);
        assert_eq!(broken(&[(&prefix, "p"), (&bucket, "some-bucket")]), [""; 0]);
    }
}

#[test]
fn windows_have_names_of_their_own() {
    for (one, other) in [("Agent", "Windows"), ("Agent", "Linux"), ("Windows", "Linux")] {
        let names = [format!("{one}WindowName"), format!("{other}WindowName")];
        let broken = broken(&[(&names[0], "same"), (&names[1], "same")]);
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].contains(&names[0]) && broken[0].contains(&names[1]), "{broken:?}");
    }
}

#[test]
fn regions_are_named_in_one_way() {
    assert_eq!(broken(&[("ControlTowerRegionsOnly", "true")]), [""; 0]);
    let both = broken(&[("ControlTowerRegionsOnly", "true"), ("Regions", "eu-west-1")]);
    assert!(both.len() == 1 && both[0].contains("ControlTowerRegionsOnly"), "{both:?}");
}

#[test]
fn a_whole_policy_has_a_beginning_and_is_asked_for_nothing_else() {
    assert_eq!(broken(&[("PatchPolicyContinued", "}")]).len(), 1);
    let others =
        [("LinuxCutoffHours", "23"), ("LinuxOutputPrefix", "p"), ("LinuxWindowName", "sra_windows_maintenance")];
    assert_eq!(broken(&others).len(), 3);
    assert_eq!(broken(&[&others[..], &[("PatchPolicy", "{}")]].concat()), [""; 0]);
}
