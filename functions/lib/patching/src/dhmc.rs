//! Default Host Management Configuration (DHMC): one service setting per account and Region, and whose it is.

use policy::{Dhmc, RoleName};

use crate::outcome::{DhmcOutcome, DhmcStatus};

/// `SettingId` of the service setting.
pub const SETTING_ID: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// What `GetServiceSetting` answers for a setting that nobody has set.
/// What the setting says when nobody has set it.
pub const UNSET: &str = "$None";

/// What to do with the setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhmcPlan {
    /// The value found; none when nobody has set one.
    pub before: Option<String>,
    /// What to do about it.
    pub step: DhmcStep,
}

/// What to do with the setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DhmcStep {
    /// It is as it should be.
    Keep,
    /// Somebody else's role is set, and it is not ours to replace.
    KeepForeign,
    /// Our role is set, and is to stay though everything else goes.
    KeepOurs,
    /// Write the role's name with its path.
    Set(String),
    /// Back to the service's default.
    Reset,
}

/// What to do so that the setting, which now reads `value`, is what the policy wants.
#[must_use]
pub fn plan(policy: &Dhmc, value: &str) -> DhmcPlan {
    let before = observed(value);
    let ours = policy.role.as_ref().map(RoleName::as_str);
    let step = match (&before, ours) {
        (_, None) => DhmcStep::Keep, // a policy that enables DHMC has a role
        (None, Some(role)) => DhmcStep::Set(role.to_owned()),
        (Some(before), Some(role)) if before == role => DhmcStep::Keep,
        (Some(_), Some(role)) if policy.overwrite => DhmcStep::Set(role.to_owned()),
        (Some(_), Some(_)) => DhmcStep::KeepForeign,
    };
    DhmcPlan { before, step }
}

/// What to do so that the setting, which now reads `value`, is not ours any more.
#[must_use]
pub fn plan_reset(policy: &Dhmc, value: &str) -> DhmcPlan {
    let before = observed(value);
    let ours = policy.role.as_ref().map(RoleName::as_str);
    let step = match &before {
        Some(before) if ours == Some(before) => DhmcStep::Reset,
        Some(_) => DhmcStep::KeepForeign,
        None => DhmcStep::Keep,
    };
    DhmcPlan { before, step }
}

/// What to do when everything else of ours goes and the setting, which now reads `value`, is to stay: nothing.
#[must_use]
pub fn plan_keep(policy: &Dhmc, value: &str) -> DhmcPlan {
    let plan = plan_reset(policy, value);
    let step = if plan.step == DhmcStep::Reset { DhmcStep::KeepOurs } else { plan.step };
    DhmcPlan { step, ..plan }
}

/// The role in a setting's value: a leading slash makes no difference to the service.
fn observed(value: &str) -> Option<String> {
    let role = value.trim_start_matches('/');
    (!role.is_empty() && role != UNSET).then(|| role.to_owned())
}

impl DhmcPlan {
    /// What to report once this is carried out.
    #[must_use]
    pub fn outcome(&self) -> DhmcOutcome {
        let (status, after) = match &self.step {
            DhmcStep::Keep => (DhmcStatus::Unchanged, self.before.clone()),
            DhmcStep::KeepForeign | DhmcStep::KeepOurs => (DhmcStatus::Kept, self.before.clone()),
            DhmcStep::Set(role) => (DhmcStatus::Set, Some(role.clone())),
            DhmcStep::Reset => (DhmcStatus::Reset, None),
        };
        DhmcOutcome { status, before: self.before.clone(), after, not_looked_for: None }
    }
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
        assert_eq!(plan(&policy(true, false), "$None").step, DhmcStep::Set("service-role/Ours".into()));
    }

    #[test]
    fn our_own_value_stays_with_or_without_a_leading_slash() {
        assert_eq!(plan(&policy(true, false), "service-role/Ours").step, DhmcStep::Keep);
        assert_eq!(plan(&policy(true, true), "/service-role/Ours").step, DhmcStep::Keep);
    }

    #[test]
    fn somebody_elses_role_is_kept_unless_the_policy_overwrites_it() {
        assert_eq!(plan(&policy(true, false), "Theirs").step, DhmcStep::KeepForeign);
        assert_eq!(plan(&policy(true, true), "Theirs").step, DhmcStep::Set("service-role/Ours".into()));
    }

    #[test]
    fn a_reset_touches_our_own_value_only() {
        assert_eq!(plan_reset(&policy(true, true), "service-role/Ours").step, DhmcStep::Reset);
        assert_eq!(plan_reset(&policy(true, true), "Theirs").step, DhmcStep::KeepForeign);
        assert_eq!(plan_reset(&policy(true, true), "$None").step, DhmcStep::Keep);
    }

    #[test]
    fn what_is_to_stay_is_kept_whosever_it_is() {
        for (value, step) in [("service-role/Ours", DhmcStep::KeepOurs), ("Theirs", DhmcStep::KeepForeign)] {
            let plan = plan_keep(&policy(true, true), value);
            let value = Some(value.to_owned());
            let kept =
                DhmcOutcome { status: DhmcStatus::Kept, before: value.clone(), after: value, not_looked_for: None };
            assert_eq!((&plan.step, plan.outcome()), (&step, kept));
        }
        assert_eq!(plan_keep(&policy(true, true), "$None").step, DhmcStep::Keep);
    }

    #[test]
    fn the_outcome_says_what_it_was_and_what_it_is() {
        let outcome = plan(&policy(true, true), "Theirs").outcome();
        assert_eq!(outcome.status, DhmcStatus::Set);
        assert_eq!((outcome.before.as_deref(), outcome.after.as_deref()), (Some("Theirs"), Some("service-role/Ours")));
    }
}
