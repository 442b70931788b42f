//! What a policy as a whole may hold: the rules that tie fields to one another, defaults, and the documents' parameters.

use policy::{CutoffBehavior, OnDelete, OnRegionDenied, PatchPolicy};
use serde_json::{Value, json};

/// A valid policy with one window, to be made wrong in one place.
pub(crate) fn policy() -> Value {
    json!({
        "windows": [{
            "name": "sra_linux_maintenance",
            "schedule": "cron(0 0 1 ? * FRI *)",
            "durationHours": 6,
            "cutoffHours": 1,
            "target": {"key": "tag:InstanceOS", "values": ["Linux"]},
            "task": {"name": "Linux_Scan", "document": "AWS-RunPatchBaseline", "parameters": {"Operation": ["Scan"]}}
        }],
        "dhmc": {"enabled": true, "role": "service-role/Dhmc"},
        "ownerTag": {"key": "createdBy", "value": "SRA_Patch_Management"}
    })
}

/// The policy with another value at a JSON pointer; `null` takes the field away.
pub(crate) fn policy_with(pointer: &str, value: Value) -> Value {
    let mut policy = policy();
    let (parent, field) = pointer.rsplit_once('/').unwrap_or_default();
    match policy.pointer_mut(parent) {
        Some(Value::Object(fields)) => fields.insert(field.to_owned(), value),
        Some(Value::Array(items)) => {
            items.push(value);
            None
        }
        _ => panic!("{pointer} leads nowhere"),
    };
    policy
}

/// The problems of the policy with another value at a JSON pointer, as `path: allowed`.
pub(crate) fn problems(pointer: &str, value: Value) -> Vec<String> {
    match PatchPolicy::parse(&policy_with(pointer, value)) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.allowed)).collect(),
    }
}

fn is_valid(pointer: &str, value: Value) -> bool {
    problems(pointer, value).is_empty()
}

#[test]
fn what_is_left_out_has_a_default() {
    let policy = PatchPolicy::parse(&policy()).unwrap();
    assert_eq!(policy.scope, policy::Scope::default());
    assert!(!policy.pin_document_hash);
    assert!(policy.task_role.is_none());
    assert!(!policy.dhmc.overwrite);
    assert_eq!(policy.dhmc.on_delete, OnDelete::Keep);
    assert!(!policy.disabled);
    assert_eq!(policy.on_region_denied, OnRegionDenied::Skip);
    let mut short = self::policy();
    for left_out in ["dhmc", "ownerTag"] {
        short.as_object_mut().unwrap().remove(left_out);
    }
    let window = &mut short["windows"][0];
    for left_out in ["durationHours", "cutoffHours"] {
        window.as_object_mut().unwrap().remove(left_out);
    }
    window["target"].as_object_mut().unwrap().remove("key");
    let short = PatchPolicy::parse(&short).unwrap();
    assert_eq!((short.windows.clone(), short.owner_tag), (policy.windows.clone(), policy.owner_tag.clone()));
    assert_eq!(
        serde_json::to_value(short.dhmc).unwrap(),
        json!({
            "enabled": true, "role": "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom",
            "overwrite": false, "onDelete": "keep"
        })
    );
    let window = &policy.windows[0];
    assert_eq!(window.timezone.as_str(), "UTC");
    assert!(window.enabled);
    assert_eq!(window.schedule_offset_days, None);
    let task = &window.task;
    assert_eq!((task.max_concurrency.as_str(), task.max_errors.as_str()), ("100", "100%"));
    assert_eq!((task.timeout_seconds.get(), task.priority.get()), (3_600, 1));
    assert_eq!(task.cutoff_behavior, CutoffBehavior::ContinueTask);
    assert_eq!(task.output, policy::Output::default());
}

#[test]
fn null_is_the_same_as_leaving_a_field_out() {
    assert!(is_valid("/scope", Value::Null) && is_valid("/windows/0/timezone", Value::Null));
    assert!(is_valid("/ownerTag", Value::Null));
    assert_eq!(problems("/windows", Value::Null), ["$.windows: a list of 0 to 50 windows"]);
}

#[test]
fn dhmc_is_kept_or_reset_when_the_stack_is_deleted() {
    let on_delete = |value: &str| PatchPolicy::parse(&policy_with("/dhmc/onDelete", json!(value)));
    assert_eq!(on_delete("keep").map(|policy| policy.dhmc.on_delete), Ok(OnDelete::Keep));
    assert_eq!(on_delete("reset").map(|policy| policy.dhmc.on_delete), Ok(OnDelete::Reset));
    assert_eq!(problems("/dhmc/onDelete", json!("Keep")), ["$.dhmc.onDelete: keep or reset"]);
}

#[test]
fn a_policy_may_turn_everything_off() {
    let policy = PatchPolicy::parse(&policy_with("/disabled", json!(true))).unwrap();
    assert!(policy.disabled);
    assert_eq!(problems("/disabled", json!("true")), ["$.disabled: true or false"]);
}

#[test]
fn a_denied_region_is_skipped_or_fails() {
    let policy = PatchPolicy::parse(&policy_with("/onRegionDenied", json!("fail"))).unwrap();
    assert_eq!(policy.on_region_denied, OnRegionDenied::Fail);
    assert_eq!(problems("/onRegionDenied", json!("Fail")), ["$.onRegionDenied: skip or fail"]);
}

#[test]
fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
    assert!(is_valid("/windows/0/durationHours", json!(6.0)));
    for wrong in [json!(6.5), json!("6"), json!(-6), json!(1e300), json!(u64::MAX), json!(0), json!(25)] {
        assert_eq!(
            problems("/windows/0/durationHours", wrong),
            ["$.windows[0].durationHours: a whole number from 1 to 24"]
        );
    }
}

#[test]
fn a_cutoff_has_to_be_less_than_the_duration() {
    assert_eq!(problems("/windows/0/cutoffHours", json!(6)), ["$.windows[0].cutoffHours: less than durationHours (6)"]);
    assert_eq!(
        problems("/windows/0/cutoffHours", json!(24)),
        ["$.windows[0].cutoffHours: a whole number from 0 to 23"]
    );
    let mut left_out = policy_with("/windows/0/durationHours", json!(1));
    left_out["windows"][0]["cutoffHours"] = Value::Null;
    assert_eq!(
        PatchPolicy::parse(&left_out).unwrap_err().problems[0].to_string(),
        "$.windows[0].cutoffHours: missing — allowed: less than durationHours (1); 1 when left out"
    );
}

#[test]
fn an_editors_way_to_the_schema_means_nothing() {
    let with_schema = PatchPolicy::parse(&policy_with("/$schema", json!("policy.schema.json")));
    assert_eq!(with_schema, PatchPolicy::parse(&policy()));
    assert_eq!(problems("/windows/0/$schema", json!("x")).len(), 1);
}

#[test]
fn an_offset_goes_with_cron_only() {
    assert!(is_valid("/windows/0/scheduleOffsetDays", json!(2)));
    let mut policy = policy_with("/windows/0/scheduleOffsetDays", json!(2));
    policy["windows"][0]["schedule"] = json!("rate(7 days)");
    let error = PatchPolicy::parse(&policy).unwrap_err();
    assert_eq!(
        error.problems[0].to_string(),
        "$.windows[0].scheduleOffsetDays: 2 — allowed: only with a \"cron(…)\" schedule"
    );
    policy["windows"][0]["schedule"] = json!("patch-tuesday(9, 02:00)");
    let error = PatchPolicy::parse(&policy).unwrap_err();
    assert_eq!(
        error.problems[0].to_string(),
        "$.windows[0].scheduleOffsetDays: 2 — allowed: only with a \"cron(…)\" schedule: \"patch-tuesday(…)\" has its days in itself"
    );
}

#[test]
fn two_windows_cannot_have_one_name() {
    let twin = policy()["windows"][0].clone();
    assert_eq!(problems("/windows/1", twin), ["$.windows[1].name: a name of its own (windows[0] has this one)"]);
}

#[test]
fn there_may_be_no_window_and_no_more_than_50() {
    let window = |index: usize| {
        let mut window = policy()["windows"][0].clone();
        window["name"] = json!(format!("window-{index}"));
        window
    };
    let windows = |count: usize| Value::Array((0..count).map(window).collect());
    assert!(is_valid("/windows", windows(0)) && is_valid("/windows", windows(50)));
    assert_eq!(problems("/windows", windows(51)), ["$.windows: a list of 0 to 50 windows"]);
}

#[test]
fn regions_are_either_listed_or_those_of_control_tower() {
    let both = json!({"regions": ["eu-west-1"], "controlTowerRegionsOnly": true});
    assert_eq!(problems("/scope", both), ["$.scope.controlTowerRegionsOnly: only without regions"]);
    assert!(is_valid("/scope", json!({"regions": [], "controlTowerRegionsOnly": true})));
    assert!(is_valid("/scope", json!({"regions": ["eu-west-1"], "controlTowerRegionsOnly": false})));
}

#[test]
fn a_unit_is_included_or_excluded_and_the_root_is_not_excluded() {
    let excluding = |included: &str, excluded: &str| {
        let scope = json!({"includedOrganizationalUnits": [included], "excludedOrganizationalUnits": [excluded]});
        problems("/scope", scope)
    };
    let (unit, other) = ("ou-ab12-12345678", "ou-ab12-87654321");
    let at = "$.scope.excludedOrganizationalUnits: only";
    assert_eq!(excluding(unit, unit), [format!("{at} units that are not in includedOrganizationalUnits")]);
    assert_eq!(excluding(unit, "r-ab12"), [format!("{at} organizational units: without the root nothing is left")]);
    assert_eq!(excluding("r-ab12", other), [""; 0]);
}

#[test]
fn dhmc_has_a_role_when_it_is_enabled() {
    let role = |dhmc: Value| {
        let policy = PatchPolicy::parse(&policy_with("/dhmc", dhmc)).unwrap();
        policy.dhmc.role.map(|role| role.to_string())
    };
    assert_eq!(role(json!({})), role(json!({"enabled": true})));
    assert!(role(json!({})).is_some());
    assert_eq!(role(json!({"enabled": false})), None);
    assert_eq!(role(json!({"enabled": false, "role": "Dhmc"})).as_deref(), Some("Dhmc"));
}

#[test]
fn a_prefix_needs_a_bucket() {
    let output = |output| problems("/windows/0/task/output", output);
    assert_eq!(output(json!({"s3Prefix": "logs"})), ["$.windows[0].task.output.s3Prefix: only with s3Bucket"]);
    assert!(
        output(json!({"s3Bucket": "logs-bucket", "s3Prefix": "logs", "cloudWatchLogGroup": "/patching"})).is_empty()
    );
}

#[test]
fn a_key_that_is_there_twice_is_refused_where_it_stands() {
    let text = r#"{"windows": [], "dhmc": {"enabled": true, "enabled": false, "onDelete": 1},
        "ownerTag": {"key": "a", "value": "b", "key": "c"}, "windows": [], "ownerTag": {"key": "d", "value": "e"}}"#;
    let refused = PatchPolicy::parse_text(text).unwrap_err().to_string();
    let once = "each key once in an object";
    assert_eq!(
        refused.lines().skip(1).map(str::trim).collect::<Vec<_>>(),
        [
            format!("$.dhmc.enabled: false — allowed: {once}").as_str(),
            format!("$.ownerTag.key: \"c\" — allowed: {once}").as_str(),
            format!("$.windows: [] — allowed: {once}").as_str(),
            format!("$.ownerTag: {{\"key\":\"d\",\"value\":\"e\"}} — allowed: {once}").as_str(),
            "$.dhmc.onDelete: 1 — allowed: keep or reset",
        ]
    );
    assert!(PatchPolicy::parse_text("{").unwrap_err().to_string().starts_with("not JSON: EOF"));
    assert!(PatchPolicy::parse_text("{} {}").unwrap_err().to_string().starts_with("not JSON: trailing"));
    assert_eq!(PatchPolicy::parse_text(&policy().to_string()).unwrap(), PatchPolicy::parse(&policy()).unwrap());
}

#[test]
fn the_parameters_of_the_patch_baseline_document_are_checked() {
    let parameters = |parameters| problems("/windows/0/task/parameters", parameters);
    let path = "$.windows[0].task.parameters";
    assert!(parameters(json!({"Operation": ["Install"], "RebootOption": ["NoReboot"]})).is_empty());
    assert_eq!(parameters(Value::Null), [format!("{path}: an object with Operation")]);
    assert_eq!(parameters(json!({})), [format!("{path}.Operation: [\"Scan\"] or [\"Install\"]")]);
    for wrong in [json!(["scan"]), json!(["Scan", "Install"]), json!([]), json!(["{{ssm:operation}}"])] {
        assert_eq!(parameters(json!({"Operation": wrong})), [format!("{path}.Operation: [\"Scan\"] or [\"Install\"]")]);
    }
    assert_eq!(parameters(json!({"Operation": "Scan"})), [format!("{path}.Operation: a list")]);
    let reboot = |option: &str| parameters(json!({"Operation": ["Scan"], "RebootOption": [option]}));
    assert!(reboot("RebootIfNeeded").is_empty());
    assert_eq!(reboot("Reboot"), [format!("{path}.RebootOption: [\"RebootIfNeeded\"] or [\"NoReboot\"]")]);
}

#[test]
fn a_shared_document_is_that_of_each_region() {
    let task = |document: &str, version: Value| {
        let changes = json!({"name": "task", "document": document, "documentVersion": version});
        PatchPolicy::parse(&policy_with("/windows/0/task", changes))
    };
    let shared = "arn:{partition}:ssm:{region}:111122223333:document/My-Document";
    let policy = task(shared, json!("3")).unwrap();
    assert_eq!(policy.windows[0].task.document.name(), "My-Document");
    let within = policy.within("aws-cn", &"cn-north-1".parse().unwrap());
    let found = &within.windows[0].task;
    assert_eq!(found.document.as_str(), "arn:aws-cn:ssm:cn-north-1:111122223333:document/My-Document");
    assert_eq!(found.document_version.as_str(), "3");
    for version in ["$DEFAULT", "$LATEST", "12"] {
        assert!(task(shared, json!(version)).is_ok(), "{version}");
    }
    for version in [json!("0"), json!("$latest"), json!("v1"), json!(1), json!("")] {
        assert!(task(shared, version.clone()).is_err(), "{version}");
    }
    for document in
        ["{region}", "My-{region}", "arn:aws:ssm:{Region}::document/A", "arn:aws:ssm:{region}:{region}:document/A"]
    {
        assert!(task(document, Value::Null).is_err(), "{document}");
    }
}

/// What a document takes the Region's own document says.
#[test]
fn the_parameters_of_a_document_may_have_any_names() {
    let task = |document: &str, parameters: Value| {
        is_valid("/windows/0/task", json!({"name": "task", "document": document, "parameters": parameters}))
    };
    assert!(task("AWS-RunPatchBaseline", json!({"Operation": ["Scan"], "AddedByAws": ["a", "b"]})));
    assert!(!task("arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline", json!({})));
    assert!(!task("AWS-RunPatchBaselineWithHooks", json!({})));
    assert!(task("AWS-UpdateSSMAgent", json!({"version": ["3.3.0.0"]})));
    assert!(task("My-Document", json!({"anything": ["a", "b"], "none": []})));
    assert!(!task("My-Document", json!({"anything": "a"})));
}

/// As the value of a parameter such a text is refused by Systems Manager.
#[test]
fn two_opening_braces_are_refused_in_a_text_wherever_they_are_unless_they_are_escaped() {
    let mut policy = policy();
    policy["windows"][0]["task"]["document"] = "Own-Document".into();
    policy["windows"][0]["description"] = "{{ssm:other}}".into();
    policy["windows"][0]["task"]["parameters"] = json!({"{{a": ["b"], "c": ["d", "{{WINDOW_ID}}"]});
    let text = policy.to_string();
    let refused = PatchPolicy::parse_text(&text).unwrap_err().to_string();
    let allowed = r"no {{, which a parameter of Systems Manager may not hold; written as {\u007b it may";
    for problem in [
        format!(r#"$.windows[0].description: "{{{{ssm:other}}}}" — allowed: {allowed}"#),
        format!(r#"$.windows[0].task.parameters["{{{{a"]: ["b"] — allowed: {allowed}"#),
        format!(r#"$.windows[0].task.parameters.c[1]: "{{{{WINDOW_ID}}}}" — allowed: {allowed}"#),
    ] {
        assert!(refused.contains(&problem), "no {problem} in {refused}");
    }
    policy["windows"][0]["task"]["parameters"] = json!({"c": ["d", "{{WINDOW_ID}}"]});
    let text = policy.to_string().replace("{{", r"{\u007b");
    assert_eq!(PatchPolicy::parse_text(&text).unwrap(), PatchPolicy::parse(&policy).unwrap());
}
