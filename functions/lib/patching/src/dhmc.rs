//! Default Host Management Configuration (DHMC): one service setting per account and Region, and whose it is.

use policy::Dhmc;

use crate::outcome::{DhmcOutcome, DhmcStatus};

/// `SettingId` of the service setting.
pub const SETTING_ID: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// What `GetServiceSetting` answers for a setting that nobody has set.
pub const UNSET: &str = "$None";

/// What becomes of the setting, which now reads `value`, so that it is what the policy wants: our role is written over what is not
/// set, and over somebody else's where the policy says so.
pub fn plan(policy: &Dhmc, value: &str) -> DhmcOutcome {
    let (before, after) = (observed(value), role(policy));
    match &before {
        // A policy that enables DHMC has a role.
        _ if after.is_none() || before == after => stays(DhmcStatus::Unchanged, before),
        Some(_) if !policy.overwrite => stays(DhmcStatus::Kept, before),
        _ => DhmcOutcome { status: DhmcStatus::Set, before, after, ..DhmcOutcome::default() },
    }
}

/// What becomes of the setting, which now reads `value`, when everything else of ours goes: unless it is to be kept, what is ours goes back
/// to the service's default.
pub fn plan_reset(policy: &Dhmc, value: &str, keep: bool) -> DhmcOutcome {
    let before = observed(value);
    match &before {
        None => stays(DhmcStatus::Unchanged, before),
        Some(_) if keep || before != role(policy) => stays(DhmcStatus::Kept, before),
        Some(_) => DhmcOutcome { status: DhmcStatus::Reset, before, ..DhmcOutcome::default() },
    }
}

fn stays(status: DhmcStatus, before: Option<String>) -> DhmcOutcome {
    DhmcOutcome { status, after: before.clone(), before, ..DhmcOutcome::default() }
}

/// Our role, with its path.
fn role(policy: &Dhmc) -> Option<String> {
    policy.role.as_ref().map(ToString::to_string)
}

/// The role in a setting's value: a leading slash makes no difference to the service.
fn observed(value: &str) -> Option<String> {
    let role = value.trim_start_matches('/');
    (!role.is_empty() && role != UNSET).then(|| role.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::OnDelete;

    fn policy(enabled: bool, overwrite: bool) -> Dhmc {
        let role = Some("service-role/Ours".parse().unwrap());
        Dhmc { enabled, role, overwrite, on_delete: OnDelete::default() }
    }

    #[test]
    fn an_unset_setting_is_set() {
        assert_eq!(plan(&policy(true, false), "$None").status, DhmcStatus::Set);
    }

    #[test]
    fn our_own_value_stays_with_or_without_a_leading_slash() {
        assert_eq!(plan(&policy(true, false), "service-role/Ours").status, DhmcStatus::Unchanged);
        assert_eq!(plan(&policy(true, true), "/service-role/Ours").status, DhmcStatus::Unchanged);
    }

    #[test]
    fn somebody_elses_role_is_kept_unless_the_policy_overwrites_it() {
        assert_eq!(plan(&policy(true, false), "Theirs").status, DhmcStatus::Kept);
        assert_eq!(plan(&policy(true, true), "Theirs").status, DhmcStatus::Set);
    }

    #[test]
    fn a_reset_touches_our_own_value_only() {
        assert_eq!(plan_reset(&policy(true, true), "service-role/Ours", false).status, DhmcStatus::Reset);
        assert_eq!(plan_reset(&policy(true, true), "Theirs", false).status, DhmcStatus::Kept);
        assert_eq!(plan_reset(&policy(true, true), "$None", false).status, DhmcStatus::Unchanged);
    }

    #[test]
    fn what_is_to_stay_is_kept_whosever_it_is() {
        for value in ["service-role/Ours", "Theirs"] {
            let role = Some(value.to_owned());
            let kept =
                DhmcOutcome { status: DhmcStatus::Kept, before: role.clone(), after: role, not_looked_for: None };
            assert_eq!(plan_reset(&policy(true, true), value, true), kept);
        }
        assert_eq!(plan_reset(&policy(true, true), "$None", true).status, DhmcStatus::Unchanged);
    }

    #[test]
    fn the_outcome_says_what_it_was_and_what_it_is() {
        let outcome = plan(&policy(true, true), "Theirs");
        assert_eq!(outcome.status, DhmcStatus::Set);
        assert_eq!((outcome.before.as_deref(), outcome.after.as_deref()), (Some("Theirs"), Some("service-role/Ours")));
    }
}
