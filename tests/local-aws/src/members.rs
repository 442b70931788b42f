//! Which member accounts there are to be, and what a run can do with each.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::names::{UNITS, Unit, account_names};
use crate::options::{DENIED_UNIT, OPT_IN_REGION, Options, REGIONS};
use crate::organization::Condition;

/// An account that is still to be created.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) condition: Condition,
    pub(crate) regions: Vec<String>,
    pub(crate) denied: Option<String>,
}

/// The Regions in scope that every account has.
pub(crate) fn common_regions(options: &Options) -> Vec<String> {
    REGIONS.iter().take(options.regions).map(ToString::to_string).collect()
}

/// Names the accounts and lets the seed decide which of them fail, are suspended, or have the opt-in Region.
pub(crate) fn plan_members(options: &Options) -> Vec<Member> {
    let mut random = StdRng::seed_from_u64(options.seed);
    let mut members: Vec<Member> = account_names(options.accounts, &mut random)
        .into_iter()
        .map(|(name, unit)| {
            let mut regions = common_regions(options);
            let denied =
                (options.denies_region && unit.name == DENIED_UNIT && regions.len() > 1).then(|| regions.remove(1));
            Member { name, unit, condition: Condition::Ready, regions, denied }
        })
        .collect();
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.shuffle(&mut random);
    let mut order = order.into_iter();
    for index in order.by_ref().take(options.failing) {
        members[index].condition = Condition::WithoutRole;
    }
    // In the smallest organizations the account with the opt-in Region comes before the suspended one.
    if let Some(index) = order.next() {
        members[index].regions.push(OPT_IN_REGION.to_owned());
    }
    if let Some(index) = order.next() {
        members[index].condition = Condition::Suspended;
        members[index].unit = UNITS[UNITS.len() - 1];
        members[index].denied = None;
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(accounts: usize, failing: usize) -> [usize; 3] {
        let members = plan_members(&Options { accounts, failing, ..Options::default() });
        [Condition::Ready, Condition::WithoutRole, Condition::Suspended]
            .map(|condition| members.iter().filter(|member| member.condition == condition).count())
    }

    #[test]
    fn one_account_is_suspended_and_as_many_as_asked_lack_the_role() {
        assert_eq!(conditions(8, 1), [6, 1, 1]);
        assert_eq!(conditions(8, 7), [1, 7, 0]);
        assert_eq!(conditions(150, 10), [139, 10, 1]);
    }

    #[test]
    fn one_working_account_has_the_opt_in_region() {
        let members = plan_members(&Options::default());
        let with: Vec<&Member> =
            members.iter().filter(|member| member.regions.iter().any(|region| region == OPT_IN_REGION)).collect();
        assert_eq!(with.len(), 1);
        assert_eq!(with[0].condition, Condition::Ready);
    }
}
