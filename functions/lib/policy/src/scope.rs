//! Where a policy applies.

use std::collections::BTreeSet;

use crate::ids::{AccountId, OrganizationalUnitId, Region};
use crate::reader::{FromNode, Node, Read, read_object};

/// The accounts and Regions in which a policy applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct Scope {
    /// The organizational units, at any depth, whose accounts are in scope; none means the whole organization.
    pub included_organizational_units: BTreeSet<OrganizationalUnitId>,
    /// The organizational units, at any depth, whose accounts are not in scope, also where an included unit has them.
    pub excluded_organizational_units: BTreeSet<OrganizationalUnitId>,
    /// Accounts that are not in scope, also where an included unit has them.
    pub excluded_accounts: BTreeSet<AccountId>,
    /// The Regions in scope; none means every Region that an account has enabled.
    pub regions: BTreeSet<Region>,
    /// Only the Regions that Control Tower governs; not together with `regions`.
    pub control_tower_regions_only: bool,
}

impl FromNode for Scope {
    const EXPECTED: &'static str = "an object with includedOrganizationalUnits, excludedOrganizationalUnits, excludedAccounts, \
                                    regions and controlTowerRegionsOnly, each of which may be left out";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            included_organizational_units: object.or("includedOrganizationalUnits", BTreeSet::new()),
            excluded_organizational_units: object.or_with("excludedOrganizationalUnits", |node| {
                let excluded: BTreeSet<OrganizationalUnitId> = BTreeSet::from_node(node)?;
                match &included_organizational_units {
                    Ok(included) if !excluded.is_disjoint(included) => {
                        Err(node.refuse("only units that are not in includedOrganizationalUnits"))
                    }
                    _ if excluded.iter().any(OrganizationalUnitId::is_root) => {
                        Err(node.refuse("only organizational units: without the root nothing is left"))
                    }
                    _ => Ok(excluded),
                }
            }),
            excluded_accounts: object.or("excludedAccounts", BTreeSet::new()),
            regions: object.or("regions", BTreeSet::new()),
            control_tower_regions_only: object.or_with("controlTowerRegionsOnly", |node| {
                let only = bool::from_node(node)?;
                match &regions {
                    Ok(regions) if only && !regions.is_empty() => Err(node.refuse("only without regions")),
                    _ => Ok(only),
                }
            }),
        })
    }
}
