//! The names by which what exists is known as ours.

use policy::{PatchPolicy, RoleName};
use serde::{Deserialize, Serialize};

/// The owner tag of windows, and the role of DHMC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Names {
    /// The tag's key.
    pub owner_tag_key: String,
    /// The tag's value.
    pub owner_tag_value: String,
    /// The role with its path; none of a policy that does not set DHMC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhmc_role: Option<String>,
}

impl Names {
    /// Those of a policy.
    pub fn of(policy: &PatchPolicy) -> Self {
        let mut enabled = policy.everywhere().map(|policy| &policy.dhmc).filter(|dhmc| dhmc.enabled);
        let dhmc_role = enabled.find_map(|dhmc| dhmc.role.as_ref().map(RoleName::to_string));
        let (owner_tag_key, owner_tag_value) = (policy.owner_tag.key.to_string(), policy.owner_tag.value.to_string());
        Self { owner_tag_key, owner_tag_value, dhmc_role }
    }

    /// What a policy with these names must not follow on one with `others`: what these are for would stay, and nobody would know
    /// it as ours. To set DHMC no more changes no name; it stays as it is.
    pub fn changed_from(&self, others: &Self) -> Vec<String> {
        let tag = |names: &Self| format!("{}={}", names.owner_tag_key, names.owner_tag_value);
        let (is, was) = (tag(self), tag(others));
        let of_tag = (is != was).then(|| problem("$.ownerTag", &is, &was));
        let roles = self.dhmc_role.as_ref().zip(others.dhmc_role.as_ref()).filter(|(is, was)| is != was);
        let of_role = roles.map(|(is, was)| problem("$.dhmc.role", is, was));
        of_tag.into_iter().chain(of_role).collect()
    }

    /// These, with the DHMC role of `others` where there is none: it is set until a disable resets it.
    #[must_use]
    pub fn after(self, others: Option<&Self>) -> Self {
        Self { dhmc_role: self.dhmc_role.or_else(|| others?.dhmc_role.clone()), ..self }
    }
}

fn problem(path: &str, is: &str, was: &str) -> String {
    format!(
        "{path}: {is:?} — allowed: {was:?}, by which what was set up is known as ours; to change it, update the stack with \
         DisablePatchManager true first, wait for the end of its run, then update it with the new names and false"
    )
}

#[cfg(test)]
mod tests {
    use policy::DHMC_ROLE;
    use serde_json::{Value, json};

    use super::*;

    fn names(value: &str, role: Option<&str>) -> Names {
        Names {
            owner_tag_key: "createdBy".into(),
            owner_tag_value: value.into(),
            dhmc_role: role.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn the_role_is_the_policys_or_that_of_the_first_wave_that_has_one() {
        let role = |policy: &Value| Names::of(&PatchPolicy::parse(policy).unwrap()).dhmc_role;
        assert_eq!(role(&json!({"windows": []})).as_deref(), Some(DHMC_ROLE));
        assert_eq!(role(&json!({"windows": [], "dhmc": {"enabled": false}})), None);
        let wave = |dhmc| {
            let waves = json!([{"name": "one", "accounts": ["111122223333"]}, {"name": "two", "dhmc": dhmc}]);
            json!({"windows": [], "dhmc": {"enabled": false}, "waves": waves})
        };
        assert_eq!(role(&wave(json!({"enabled": true}))).as_deref(), Some(DHMC_ROLE));
        assert_eq!(role(&wave(json!({"enabled": true, "role": "Ours"}))).as_deref(), Some("Ours"));
        assert_eq!(role(&wave(json!({"overwrite": true}))), None);
    }

    #[test]
    fn each_name_that_changes_is_told_with_the_way_to_change_it() {
        let problems = names("us", Some("New")).changed_from(&names("them", Some("Old")));
        assert!(problems[0].starts_with("$.ownerTag: \"createdBy=us\" — allowed: \"createdBy=them\""), "{problems:?}");
        assert!(
            problems[1].starts_with("$.dhmc.role: \"New\" — allowed: \"Old\"") && problems[1].contains("true first")
        );
        assert_eq!(names("us", Some("Old")).changed_from(&names("us", Some("Old"))), [""; 0]);
    }

    #[test]
    fn a_role_that_a_policy_leaves_out_is_remembered() {
        let without = names("us", None).after(Some(&names("us", Some("Old"))));
        assert_eq!(names("us", None).changed_from(&without), [""; 0]);
        assert_eq!(names("us", Some("New")).changed_from(&without).len(), 1);
    }
}
