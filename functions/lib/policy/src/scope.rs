//! Where a policy applies.

use std::collections::BTreeSet;

use crate::ids::{AccountId, OrganizationalUnitId, Region};
use crate::reader::object;

object! {
    /// The accounts and Regions in which a policy applies.
    #[derive(Default)]
    Scope, "an object with includedOrganizationalUnits, excludedOrganizationalUnits, excludedAccounts, regions and \
           controlTowerRegionsOnly, each of which may be left out" {
        /// The organizational units, at any depth, whose accounts are in scope; none means the whole organization.
        included_organizational_units: BTreeSet<OrganizationalUnitId> = default,
        /// The organizational units, at any depth, whose accounts are not in scope, also where an included unit has them.
        excluded_organizational_units: BTreeSet<OrganizationalUnitId> = default => |scope, field| {
            scope.or_unless(field, |excluded: &BTreeSet<OrganizationalUnitId>| match &included_organizational_units {
                Ok(included) if !excluded.is_disjoint(included) => Some("only units that are not in includedOrganizationalUnits"),
                _ if excluded.iter().any(OrganizationalUnitId::is_root) => {
                    Some("only organizational units: without the root nothing is left")
                }
                _ => None,
            })
        },
        /// Accounts that are not in scope, also where an included unit has them.
        excluded_accounts: BTreeSet<AccountId> = default,
        /// The Regions in scope; none means every Region that an account has enabled.
        regions: BTreeSet<Region> = default,
        /// Only the Regions that Control Tower governs; not together with `regions`.
        control_tower_regions_only: bool = default => |scope, field| {
            let names_some = regions.as_ref().is_ok_and(|regions| !regions.is_empty());
            scope.or_unless(field, |only| (*only && names_some).then_some("only without regions"))
        },
    }
}
