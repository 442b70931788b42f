//! What the service adds to its answers where nothing was set.
//!
//! <https://docs.aws.amazon.com/cli/latest/reference/ssm/get-maintenance-window-task.html>: its example has the service-linked
//! role, an empty comment and empty parameters of a task that was registered without any of them. That other texts may be empty,
//! too, is taken to be so.

use serde_json::{Value, json};

use crate::state::{Context, Fields};

const OF_WINDOWS: [&str; 1] = ["Description"];
const OF_TARGETS: [&str; 3] = ["Name", "Description", "OwnerInformation"];
const OF_TASKS: [&str; 2] = ["Name", "Description"];
const OF_COMMANDS: [&str; 3] = ["Comment", "OutputS3BucketName", "OutputS3KeyPrefix"];

pub(crate) fn to_window(context: Context<'_>, window: &mut Value) {
    if let Some(window) = window.as_object_mut() {
        add_texts(context, window, &OF_WINDOWS);
    }
}

pub(crate) fn to_target(context: Context<'_>, target: &mut Fields) {
    add_texts(context, target, &OF_TARGETS);
}

pub(crate) fn to_task(context: Context<'_>, task: &mut Fields) {
    if !context.config.additions {
        return;
    }
    add_texts(context, task, &OF_TASKS);
    task.entry("TaskParameters").or_insert_with(|| json!({}));
    task.entry("ServiceRoleArn").or_insert_with(|| {
        let name = "aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM";
        format!("arn:aws:iam::{}:role/{name}", context.account).into()
    });
    let parameters = task.get_mut("TaskInvocationParameters").and_then(|parameters| parameters.get_mut("RunCommand"));
    if let Some(command) = parameters.and_then(Value::as_object_mut) {
        add_texts(context, command, &OF_COMMANDS);
    }
}

fn add_texts(context: Context<'_>, fields: &mut Fields, names: &[&str]) {
    for name in names.iter().filter(|_| context.config.additions) {
        fields.entry(*name).or_insert_with(|| "".into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::operation::Operation;
    use crate::testing::Region;

    #[test]
    fn what_was_not_set_is_shown_empty_and_what_was_set_as_it_is() {
        let mut region = Region::new();
        let (window, _, task) = region.with_a_window();
        let by_id = json!({ "WindowId": window, "WindowTaskId": task });
        let bare = region.ok(Operation::GetMaintenanceWindowTask, by_id.clone());
        assert_eq!((bare.get("ServiceRoleArn"), bare.get("TaskParameters")), (None, None));
        region.config.additions = true;
        let task = region.ok(Operation::GetMaintenanceWindowTask, by_id);
        assert!(task["ServiceRoleArn"].as_str().unwrap().ends_with("/AWSServiceRoleForAmazonSSM"));
        assert_eq!((&task["TaskParameters"], &task["Name"]), (&json!({}), &json!("")));
        let command = &task["TaskInvocationParameters"]["RunCommand"];
        assert_eq!((&command["Comment"], &command["OutputS3KeyPrefix"]), (&json!("scan"), &json!("")));
        let by_id = json!({ "WindowId": window });
        assert_eq!(region.ok(Operation::GetMaintenanceWindow, by_id.clone())["Description"], "");
        let targets = region.ok(Operation::DescribeMaintenanceWindowTargets, by_id);
        assert_eq!(targets["Targets"][0]["OwnerInformation"], "");
    }
}
