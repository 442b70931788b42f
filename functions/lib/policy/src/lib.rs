#![doc = include_str!("../README.md")]

mod denied;
mod dhmc;
mod differences;
pub mod ids;
pub mod input;
pub mod member_roles;
mod number;
mod output;
mod owner_tag;
mod parameters;
mod policy;
mod problem;
mod reader;
mod role;
mod schedule;
mod scope;
mod target;
mod task;
mod text;
mod text_type;
mod timezone;
mod window;
mod written;

pub use denied::OnRegionDenied;
pub use dhmc::{Dhmc, OnDelete};
pub use differences::Differences;
pub use number::{CutoffHours, DurationHours, HaltAbovePercent, Priority, ScheduleOffset, TimeoutSeconds};
pub use output::Output;
pub use owner_tag::{OwnerTag, TagKey, TagValue};
pub use policy::{PatchPolicy, UnreadablePolicy, Wave, WaveName};
pub use problem::{InvalidPolicy, NotAllowed, Problem};
pub use role::{DHMC_ROLE, RoleArn, RoleName};
pub use schedule::{Schedule, ScheduleKind};
pub use scope::Scope;
pub use target::{Filter, NamedFilter, Target, TargetKey};
pub use task::{CutoffBehavior, Task};
pub use text::{
    BucketName, ConcurrencyLimit, Description, DocumentName, DocumentVersion, ErrorLimit, KeyPrefix, LogGroupName, Name,
};
pub use timezone::Timezone;
pub use window::Window;
