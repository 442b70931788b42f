//! Where the output of a task's commands goes.

use crate::reader::{FromNode, Node, Read, read_object};
use crate::text::{BucketName, KeyPrefix, LogGroupName};

/// Where the output of a task's commands goes beside Run Command's own record (`MaintenanceWindowRunCommandParameters`).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// A bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<BucketName>,
    /// What the keys in the bucket begin with; only with a bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_prefix: Option<KeyPrefix>,
    /// A CloudWatch log group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_watch_log_group: Option<LogGroupName>,
}

impl FromNode for Output {
    const EXPECTED: &'static str =
        "an object with s3Bucket, s3Prefix and cloudWatchLogGroup, each of which may be left out";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        read_object!(node as object {
            s3_bucket: object.optional("s3Bucket"),
            s3_prefix: object.optional_with("s3Prefix", |node| match s3_bucket {
                Ok(None) => Err(node.refuse("only with s3Bucket")),
                _ => KeyPrefix::from_node(node),
            }),
            cloud_watch_log_group: object.optional("cloudWatchLogGroup"),
        })
    }
}
