//! Where the output of a task's commands goes.

use crate::reader::object;
use crate::text::{BucketName, KeyPrefix, LogGroupName};

object! {
    /// Where the output of a task's commands goes beside Run Command's own record (`MaintenanceWindowRunCommandParameters`).
    #[derive(Default)]
    Output, "an object with s3Bucket, s3Prefix and cloudWatchLogGroup, each of which may be left out" {
        /// A bucket.
        #[serde(skip_serializing_if = "Option::is_none")]
        s3_bucket: Option<BucketName>,
        /// What the keys in the bucket begin with; only with a bucket.
        #[serde(skip_serializing_if = "Option::is_none")]
        s3_prefix: Option<KeyPrefix> => |output, field| {
            output.or_unless(field, |_| matches!(s3_bucket, Ok(None)).then_some("only with s3Bucket"))
        },
        /// A CloudWatch log group.
        #[serde(skip_serializing_if = "Option::is_none")]
        cloud_watch_log_group: Option<LogGroupName>,
    }
}
