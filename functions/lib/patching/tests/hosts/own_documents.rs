//! What a window does is told by its task's document and its parameter `Operation`.

use patching::hosts::Reason::{ScanOnly, TagUnknownValue, WindowMissing};
use patching::hosts::Verdict::{self, Blocked, Due, Patched};
use serde_json::{Value, json};

use crate::given::{Given, LINUX, WINDOWS, tagged};

/// Patches are missing, and the only window of the host runs this.
fn running(document: &str, parameters: &Value) -> Given {
    Given::with(|given| {
        given.policy["windows"][2]["task"]["document"] = json!(document);
        given.policy["windows"][2]["task"]["parameters"] = parameters.clone();
        given.misses(3);
    })
}

#[test]
fn the_documents_of_patch_manager_patch() {
    let verdict = |document: &str, parameters: Value| running(document, &parameters).host().verdict;
    assert_eq!(verdict("AWS-RunPatchBaseline", json!({"Operation": ["Install"]})), Due);
    assert_eq!(verdict("AWS-RunPatchBaselineWithHooks", json!({"Operation": ["Install"]})), Due);
    assert_eq!(verdict("AWS-RunPatchBaselineAssociation", json!({"Operation": ["Install"]})), Due);
    assert_eq!(verdict("AWS-ApplyPatchBaseline", json!({"Operation": ["Install"]})), Due);
    assert_eq!(verdict("AWS-InstallWindowsUpdates", json!({"Action": ["Install"]})), Due);
    assert_eq!(verdict("AWS-InstallWindowsUpdates", json!({"Action": ["Scan"]})), Blocked);
    let shared = "arn:{partition}:ssm:{region}::document/AWS-RunPatchBaseline";
    assert_eq!(verdict(shared, json!({"Operation": ["Install"]})), Due);
    assert_eq!(verdict(shared, json!({"Operation": ["Scan"]})), Blocked);
}

#[test]
fn other_documents_of_aws_do_not() {
    for document in
        ["AWS-UpdateSSMAgent", "AWS-RunShellScript", "AWSEC2-ApplicationInsightsCloudwatchAgentInstallAndConfigure"]
    {
        let host = running(document, &json!({})).host();
        assert_eq!((host.verdict, host.reasons[0].name), (Blocked, TagUnknownValue), "the other window is for Windows");
    }
}

#[test]
fn a_document_of_ones_own_patches_by_what_it_is_told() {
    let own = |parameters: Value| running("Own-Patching", &parameters).host();
    assert_eq!(own(json!({"Operation": ["Install"]})).verdict, Due);
    let scan = own(json!({"Operation": ["Scan"]}));
    assert_eq!((scan.verdict, scan.reasons[0].name), (Blocked, ScanOnly));
    assert_eq!(own(json!({})).verdict, Due, "what else would it be for");
    assert_eq!(own(json!({"Operation": ["Something"]})).verdict, Due);
}

#[test]
fn beside_a_window_that_patches_another_document_is_not_asked() {
    let both = |operation: &str, missing: i32| -> (Verdict, Vec<String>) {
        let host = Given::with(|given| {
            given.policy["windows"][1]["target"] = tagged(&["Linux"]);
            given.policy["windows"][1]["task"] =
                json!({"name": "Install", "document": "Own-Application", "parameters": {"Action": ["Install"]}});
            given.operation(operation);
            given.misses(missing);
        })
        .host();
        (host.verdict, host.windows)
    };
    assert_eq!(both("Scan", 3), (Blocked, vec![LINUX.to_owned()]));
    assert_eq!(both("Install", 3), (Due, vec![LINUX.to_owned()]));
    assert_eq!(both("Scan", 0), (Patched, vec![LINUX.to_owned()]));
    let told = Given::with(|given| {
        given.policy["windows"][1]["target"] = tagged(&["Linux"]);
        given.policy["windows"][1]["task"] =
            json!({"name": "Patch", "document": "Own-Patching", "parameters": {"Operation": ["Install"]}});
        given.operation("Scan");
        given.misses(3);
    });
    assert_eq!((told.host().verdict, told.host().windows), (Due, vec![WINDOWS.to_owned(), LINUX.to_owned()]));
    let only_own = Given::with(|given| {
        given.policy["windows"][1]["target"] = tagged(&["Linux"]);
        given.policy["windows"][1]["task"] = json!({"name": "Patch", "document": "Own-Patching"});
        given.policy["windows"].as_array_mut().unwrap().truncate(2);
    });
    assert_eq!((only_own.host().verdict, only_own.host().windows), (Patched, vec![WINDOWS.to_owned()]));
}

#[test]
fn windows_that_do_something_else_are_no_windows_for_patches() {
    let host = Given::with(|given| {
        for window in given.policy["windows"].as_array_mut().unwrap() {
            window["task"] = json!({"name": "Update", "document": "AWS-UpdateSSMAgent"});
        }
    })
    .host();
    assert_eq!((host.verdict, host.reasons[0].name), (Blocked, WindowMissing));
}
