//! `main.yaml`, the template that a user names, hands everything on.

use serde_json::json;
use workflow::template;

#[test]
fn the_control_plane_is_given_each_parameter_by_its_name() {
    let (parent, child) = (template::load("main.yaml"), template::control_plane());
    let given = &parent["Resources"]["ControlPlane"]["Properties"]["Parameters"];
    for (name, parameter) in child["Parameters"].as_object().unwrap() {
        // The parent has the defaults; but CloudFormation takes nothing for a value only where nothing is the default.
        let default = parent["Parameters"][name].get("Default").filter(|default| **default == "");
        assert_eq!(parameter.get("Default"), default, "{name}");
        assert_eq!(parameter["Type"], parent["Parameters"][name]["Type"], "{name}");
        let value = match name.as_str() {
            // Where the parent creates the roles, so that the control plane comes after them.
            "MemberRoleName" => json!({ "Fn::If": [
                "ManagesMemberRoles",
                { "Fn::GetAtt": ["OrganizationStackSets", "Outputs", "MemberRoleName"] },
                { "Ref": name },
            ]}),
            // Made of the parent's parameters, unless it is given whole.
            "PatchPolicy" | "PatchPolicyContinued" => {
                assert_eq!(
                    template::list(&given[name]["Fn::If"])[..2],
                    [json!("HasPatchPolicy"), json!({ "Ref": name })]
                );
                continue;
            }
            _ => json!({ "Ref": name }),
        };
        assert_eq!(given[name], value, "{name}");
    }
}

#[test]
fn each_nested_template_gets_what_it_asks_for_under_the_same_name() {
    for (parent, resource, file) in [
        ("main.yaml", "MemberRoles", "member-roles.yaml"),
        ("main.yaml", "OrganizationStackSets", "org-stacksets.yaml"),
        ("main.yaml", "ControlPlane", "control-plane.yaml"),
        ("main.yaml", "Inspection", "inspection.yaml"),
        ("org-dhmc-roles.yaml", "ManagementAccountRole", "dhmc-role.yaml"),
    ] {
        let given =
            template::load(parent)["Resources"][resource]["Properties"]["Parameters"].as_object().unwrap().clone();
        let asked = template::load(file)["Parameters"].as_object().unwrap().clone();
        assert!(given.keys().eq(asked.keys()), "{resource}: {:?} is not {:?}", given.keys(), asked.keys());
    }
    for (outer, resource, file) in [
        ("org-stacksets.yaml", "MemberRoles", "member-roles.yaml"),
        ("org-dhmc-roles.yaml", "MemberAccountRoles", "dhmc-role.yaml"),
    ] {
        let asked = template::load(file)["Parameters"].as_object().unwrap().clone();
        let given = template::list(&template::load(outer)["Resources"][resource]["Properties"]["Parameters"]);
        let names: Vec<_> = given.iter().filter_map(|one| one["ParameterKey"].as_str()).collect();
        assert!(names.iter().all(|name| asked.contains_key(*name)), "{resource}: {names:?}");
        let needed = asked.iter().filter(|(_, parameter)| parameter.get("Default").is_none());
        assert!(needed.into_iter().all(|(name, _)| names.contains(&name.as_str())), "{resource}: {names:?}");
    }
}

#[test]
fn the_roles_come_before_the_control_plane_and_go_after_it() {
    let resources = template::load("main.yaml")["Resources"].clone();
    for (resource, after) in [("ControlPlane", "OrganizationStackSets"), ("OrganizationStackSets", "MemberRoles")] {
        let role = resources[resource]["Properties"]["Parameters"]["MemberRoleName"].to_string();
        assert!(role.contains(after), "{role}");
    }
}

#[test]
fn no_template_is_left_without_a_resource_whatever_its_parameters() {
    for file in template::files() {
        let resources = template::load(&file)["Resources"].as_object().unwrap().clone();
        assert!(resources.values().any(|resource| resource.get("Condition").is_none()), "{file}");
    }
}

#[test]
fn no_stack_set_needs_roles_of_its_own() {
    for file in template::files() {
        for (id, resource) in template::load(&file)["Resources"].as_object().unwrap() {
            if resource["Type"] == "AWS::CloudFormation::StackSet" {
                assert_eq!(resource["Properties"]["PermissionModel"], "SERVICE_MANAGED", "{file}: {id}");
            }
        }
    }
}

#[test]
fn nothing_names_a_partition_or_a_domain_of_one() {
    for name in template::files() {
        let text = workflow::read(format!("templates/{name}"));
        for (number, line) in text.lines().enumerate() {
            let code = line.split(" #").next().unwrap_or_default();
            assert!(!code.contains("arn:aws"), "{name}:{}: {line}", number + 1);
            // Service principals end so in every partition.
            let is_principal =
                ["Service:", "eventSource:", "sourceIPAddress:", "Principal:"].iter().any(|key| code.contains(key));
            assert!(is_principal || !code.contains("amazonaws.com"), "{name}:{}: {line}", number + 1);
        }
    }
}
