//! The texts of a policy: newtypes that hold only what Systems Manager takes.

use crate::ids::Region;
use crate::text_type::{matches, text_type};

text_type! {
    /// The name of a maintenance window, a target or a task (`MaintenanceWindowName`).
    Name, "3 to 128 letters, digits, _, - and .", "^[a-zA-Z0-9_.-]{3,128}$"
}

text_type! {
    /// A description of a maintenance window, a target or a task (`MaintenanceWindowDescription`).
    Description, "1 to 128 characters", r"^[\s\S]{1,128}$"
}

text_type! {
    /// The name or the ARN of a document that Run Command runs (`DocumentARN`). In an ARN `{region}` and `{partition}` stand for
    /// those in which the task is registered, as a document that somebody shares is another one in each Region.
    DocumentName, "a document's name or ARN: 3 to 128 letters, digits, _, -, ., : and /; in an ARN also {region} and {partition}",
    "^[a-zA-Z0-9_.:/{}-]{3,160}$", if is_document
}

impl DocumentName {
    /// The name by itself: `My-Document` of `arn:{partition}:ssm:{region}:111122223333:document/My-Document`.
    pub fn name(&self) -> &str {
        self.0.rsplit_once(":document/").map_or(&self.0, |(_, name)| name)
    }

    /// The document of a Region.
    #[must_use]
    pub fn within(&self, partition: &str, region: &Region) -> Self {
        Self(self.0.replace(PARTITION, partition).replace(REGION, region.as_str()))
    }
}

const PARTITION: &str = "{partition}";
const REGION: &str = "{region}";

/// Each of the two once; with a long Region in its place the name is still not too long.
fn is_document(text: &str) -> bool {
    let filled_in = text.replacen(PARTITION, "aws", 1).replacen(REGION, "ap-southeast-7", 1);
    matches("^[a-zA-Z0-9_.:/-]{3,128}$", if text.starts_with("arn:") { &filled_in } else { text })
}

text_type! {
    /// Which version of a document a task runs (`DocumentVersion`).
    DocumentVersion = "$DEFAULT", "\"$DEFAULT\", \"$LATEST\" or a number from \"1\"", r"^(\$DEFAULT|\$LATEST|[1-9][0-9]{0,8})$"
}

text_type! {
    /// The name of a bucket that takes the tasks' output (`S3BucketName`).
    BucketName, "a bucket's name: 3 to 63 lower-case letters, digits, . and -", "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", not r"\.\."
}

text_type! {
    /// What the keys of the tasks' output begin with (`S3KeyPrefix`).
    KeyPrefix, "1 to 500 characters", r"^[\s\S]{1,500}$"
}

text_type! {
    /// The CloudWatch log group that takes the tasks' output (`CloudWatchLogGroupName`).
    LogGroupName, "a log group's name: 1 to 512 letters, digits, ., -, _, / and #", "^[a-zA-Z0-9._/#-]{1,512}$"
}

text_type! {
    /// On how many targets a task runs at once (`MaxConcurrency`): a number, `"1"` to `"9999999"`, or `"1%"` to `"100%"`.
    ConcurrencyLimit = "100", "\"1\" to \"9999999\" or \"1%\" to \"100%\", without leading zeros", "^([1-9][0-9]{0,6}|[1-9][0-9]?%|100%)$"
}

text_type! {
    /// After how many errors a task starts on no more targets (`MaxErrors`): a number, `"0"` to `"9999999"`, or `"0%"` to `"100%"`.
    // A lower default ends a window at its first failing hosts: `1` at the second one, and the hosts on which it was not started stay unpatched.
    ErrorLimit = "100%", "\"0\" to \"9999999\" or \"0%\" to \"100%\", without leading zeros", "^(0|[1-9][0-9]{0,6}|[0-9]%|[1-9][0-9]%|100%)$"
}
