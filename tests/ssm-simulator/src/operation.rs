//! The operations that are answered here; everything else goes to the upstream.

use strum::{EnumCount, EnumString, IntoStaticStr, VariantArray};

/// An operation of SSM, or one of the few of other services, that the simulator answers itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[expect(missing_docs, reason = "the names are those of the AWS operations")]
pub enum Operation {
    AddTagsToResource,
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    DescribeDocument,
    DescribeInstanceInformation,
    DescribeInstancePatchStates,
    DescribeInstances,
    DescribeMaintenanceWindowExecutionTaskInvocations,
    DescribeMaintenanceWindowExecutionTasks,
    DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindowTargets,
    DescribeMaintenanceWindowTasks,
    DescribeMaintenanceWindows,
    DescribePatchBaselines,
    DescribePatchGroups,
    DescribeRegions,
    GetDefaultPatchBaseline,
    GetMaintenanceWindow,
    GetMaintenanceWindowTask,
    GetPatchBaseline,
    GetServiceSetting,
    ListCommandInvocations,
    ListCommands,
    ListRegions,
    ListTagsForResource,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
    RemoveTagsFromResource,
    ResetServiceSetting,
    UpdateMaintenanceWindow,
    UpdateMaintenanceWindowTarget,
    UpdateMaintenanceWindowTask,
    UpdateServiceSetting,
}

/// Whose operation it is: which model describes it, and what its permissions begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Service {
    Account,
    Ec2,
    Ssm,
}

impl Operation {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the operation changes something.
    pub fn is_writing(self) -> bool {
        is_writing(self.name())
    }

    pub(crate) fn service(self) -> Service {
        match self {
            Self::DescribeInstances | Self::DescribeRegions => Service::Ec2,
            Self::ListRegions => Service::Account,
            _ => Service::Ssm,
        }
    }

    /// Whether it is about all Regions: then it is not asked in the one in question.
    pub(crate) fn is_about_regions(self) -> bool {
        matches!(self, Self::DescribeRegions | Self::ListRegions)
    }

    /// Where the operation's counters stand in an array of `Operation::COUNT`.
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Tag operations also exist for resources that are kept elsewhere, such as parameters.
    pub(crate) fn is_tagging(self) -> bool {
        matches!(self, Self::AddTagsToResource | Self::ListTagsForResource | Self::RemoveTagsFromResource)
    }
}

/// Whether an operation of this name changes something: all but `Describe…`, `Get…` and `List…`.
pub(crate) fn is_writing(name: &str) -> bool {
    !["Describe", "Get", "List"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_writing_operations_are_told_apart_by_their_verb() {
        let writing = Operation::VARIANTS.iter().filter(|operation| operation.is_writing()).count();
        assert_eq!(writing, 13);
        assert!(!Operation::DescribeMaintenanceWindowTasks.is_writing());
        assert!(Operation::ResetServiceSetting.is_writing());
    }
}
