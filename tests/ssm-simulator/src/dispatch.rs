//! From an operation to the code that answers it.

use serde_json::Value;

use crate::account;
use crate::documents::describe_document;
use crate::operation::Operation;
use crate::state::{Answer, Context, Fields, Holdings};

/// Answers a request that has passed validation.
pub(crate) fn dispatch(holdings: &mut Holdings, context: Context<'_>, operation: Operation, body: Value) -> Answer {
    let input = match body {
        Value::Object(mut fields) => {
            fields.retain(|_, value| !value.is_null());
            fields
        }
        _ => Fields::new(),
    };
    match operation {
        Operation::CreateMaintenanceWindow => holdings.create_window(context, input),
        Operation::GetMaintenanceWindow => holdings.get_window(context, &input),
        Operation::UpdateMaintenanceWindow => holdings.update_window(context, &input),
        Operation::DeleteMaintenanceWindow => Ok(holdings.delete_window(&input)),
        Operation::DescribeMaintenanceWindows => holdings.describe_windows(context, &input),
        Operation::RegisterTargetWithMaintenanceWindow => holdings.register_target(context, input),
        Operation::UpdateMaintenanceWindowTarget => holdings.update_target(context, &input),
        Operation::DeregisterTargetFromMaintenanceWindow => holdings.deregister_target(&input),
        Operation::DescribeMaintenanceWindowTargets => holdings.describe_targets(context, &input),
        Operation::RegisterTaskWithMaintenanceWindow => holdings.register_task(context, input),
        Operation::GetMaintenanceWindowTask => holdings.get_task(context, &input),
        Operation::UpdateMaintenanceWindowTask => holdings.update_task(context, &input),
        Operation::DeregisterTaskFromMaintenanceWindow => holdings.deregister_task(&input),
        Operation::DescribeMaintenanceWindowTasks => holdings.describe_tasks(context, &input),
        Operation::AddTagsToResource => holdings.add_tags(&input),
        Operation::RemoveTagsFromResource => holdings.remove_tags(&input),
        Operation::ListTagsForResource => holdings.list_tags(&input),
        Operation::GetServiceSetting => holdings.get_setting(context, &input),
        Operation::UpdateServiceSetting => holdings.update_setting(context, &input),
        Operation::ResetServiceSetting => holdings.reset_setting(context, &input),
        Operation::DescribeDocument => describe_document(context, &input),
        Operation::DescribeInstances => holdings.describe_instances(context, &input),
        Operation::DescribeInstanceInformation => holdings.describe_nodes(context, &input),
        Operation::DescribeInstancePatchStates => holdings.describe_patch_states(context, &input),
        Operation::DescribeMaintenanceWindowExecutions => holdings.describe_executions(context, &input),
        Operation::DescribeMaintenanceWindowExecutionTasks => holdings.describe_execution_tasks(context, &input),
        Operation::DescribeMaintenanceWindowExecutionTaskInvocations => {
            holdings.describe_execution_invocations(context, &input)
        }
        Operation::ListCommands => holdings.list_commands(context, &input),
        Operation::ListCommandInvocations => holdings.list_invocations(context, &input),
        Operation::GetPatchBaseline => holdings.get_baseline(context, &input),
        Operation::GetDefaultPatchBaseline => Ok(holdings.get_default_baseline(context, &input)),
        Operation::DescribePatchBaselines => holdings.describe_baselines(context, &input),
        Operation::DescribePatchGroups => holdings.describe_patch_groups(context, &input),
        Operation::DescribeRegions => Ok(account::describe_regions(context.config, context.account)),
        Operation::ListRegions => account::list_regions(context.config, context.account, &input),
    }
}
