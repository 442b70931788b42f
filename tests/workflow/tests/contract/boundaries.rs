//! The permissions boundary and the path of all roles.

use regex_lite::Regex;
use serde_json::{Value, json};
use workflow::rendering::{Rendering, control_plane, inspection};
use workflow::template;

const VALUES: [(&str, &str); 2] = [("RolePath", "platform/"), ("PermissionsBoundary", "platform/bound")];

/// All roles of all templates with these values, each with its template and id.
fn roles(values: &[(&str, &str)]) -> Vec<(String, Value)> {
    let of = |file: String| {
        let resources = match file.as_str() {
            "control-plane.yaml" => control_plane(values),
            "inspection.yaml" => inspection(values),
            _ => Rendering::new(&template::load(&file), values).resources(),
        };
        let resources = resources.as_object().unwrap().clone().into_iter();
        let roles = resources.filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role");
        roles.map(move |(id, role)| (format!("{file}: {id}"), role["Properties"].clone())).collect::<Vec<_>>()
    };
    template::files().into_iter().flat_map(of).collect()
}

#[test]
fn every_role_has_the_boundary_and_the_path() {
    let roles = roles(&VALUES);
    assert!(roles.len() > 10);
    for (id, role) in roles {
        assert_eq!(role["Path"], "/platform/", "{id}");
        let boundary = role["PermissionsBoundary"].as_str().unwrap();
        assert!(boundary.ends_with("policy/platform/bound"), "{id}: {boundary}");
    }
}

/// A path that is added replaces a role, even the path that it has: CloudFormation compares templates. A role with a name is
/// never replaced under that name, so stacks that are there could not be updated.
#[test]
fn without_them_no_role_has_a_boundary_and_only_the_one_for_dhmc_a_path() {
    for (id, role) in roles(&[]) {
        assert_eq!(role["PermissionsBoundary"], Value::Null, "{id}");
        let path = if id.starts_with("dhmc-role") { json!("/service-role/") } else { Value::Null };
        assert_eq!(role["Path"], path, "{id}");
    }
}

/// These are given by `main.yaml` what it has checked.
const GIVEN: [&str; 3] = ["control-plane.yaml", "inspection.yaml", "org-stacksets.yaml"];

/// Of a role's ARN Step Functions takes 256 characters, and CloudFormation puts the slash before a boundary's name itself.
#[test]
fn paths_and_boundaries_that_aws_would_refuse_are_refused_first() {
    let parameters: Vec<(String, Value)> = template::files()
        .into_iter()
        .map(|file| (file.clone(), template::load(&file)["Parameters"].clone()))
        .filter(|(file, parameters)| !GIVEN.contains(&file.as_str()) && parameters["RolePath"].is_object())
        .collect();
    assert_eq!(parameters.len(), 5);
    for (file, parameters) in parameters {
        assert_eq!(parameters["RolePath"]["MaxLength"], 128, "{file}");
        assert_eq!(parameters["PermissionsBoundary"]["MaxLength"], 512, "{file}");
        let takes = |parameter: &str, value: &str| {
            Regex::new(parameters[parameter]["AllowedPattern"].as_str().unwrap()).unwrap().is_match(value)
        };
        for value in ["", "boundary", "platform/boundary", "a/b/c"] {
            assert!(takes("PermissionsBoundary", value), "{file}: {value}");
        }
        for value in ["/boundary", "platform//boundary", "platform/", "/", "arn:aws:iam::111122223333:policy/boundary"]
        {
            assert!(!takes("PermissionsBoundary", value), "{file}: {value}");
        }
        assert!(takes("RolePath", "platform/patching/") && !takes("RolePath", "/platform/"), "{file}");
    }
}

/// In trust, in what may be assumed and passed, and in the policy.
#[test]
fn whatever_names_a_role_names_its_path() {
    let policy = Rendering::new(&template::load("main.yaml"), &VALUES).policy();
    assert_eq!(policy["taskRole"], "platform/patch-manager-task");
    let dhmc = "platform/AWSSystemsManagerDefaultEC2InstanceManagementRoleCustom";
    assert_eq!(policy["dhmc"]["role"], dhmc);
    let resources = control_plane(&VALUES);
    let variables = |function: &str| resources[function]["Properties"]["Environment"]["Variables"].clone();
    assert_eq!(variables("TeardownFunction")["MEMBER_ROLE_NAME"], "platform/patch-manager-configuration");
    for function in ["ListAccountsFunction", "StartRolloutFunction"] {
        let made_for = variables(function)["MEMBER_ROLES"].as_str().unwrap().to_owned();
        let made_for: Value = serde_json::from_str(&made_for).unwrap();
        assert_eq!(json!([made_for["taskRole"], made_for["dhmcRole"]]), json!([policy["taskRole"], dhmc]));
    }
    let assuming = resources["TeardownRole"]["Properties"]["Policies"].to_string();
    assert!(assuming.contains(":role/platform/patch-manager-configuration\""), "{assuming}");

    let inspecting = inspection(&VALUES);
    let variables = &inspecting["InspectHostsFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["MEMBER_ROLE_NAME"], "platform/patch-manager-inspection");
    let assuming = inspecting["InspectHostsRole"]["Properties"]["Policies"].to_string();
    assert!(assuming.contains(":role/platform/patch-manager-inspection\""), "{assuming}");

    let member = template::load("member-roles.yaml");
    let roles = Rendering::new(&member, &VALUES).resources();
    let passing = roles["ConfigurationRole"]["Properties"]["Policies"].to_string();
    assert!(passing.contains(&format!(":role/{dhmc}\"")), "{passing}");
    let trusted = ["ConfigurationRole", "InspectionRole"].iter().flat_map(|role| {
        let trust = &roles[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
        template::list(&trust["Condition"]["ArnLike"]["aws:PrincipalArn"])
    });
    for arn in trusted {
        let arn = arn.as_str().unwrap();
        // A session has the role's name alone.
        assert!(arn.contains(":role/platform/patch-manager-") || arn.contains(":assumed-role/patch-manager-"), "{arn}");
    }
}
