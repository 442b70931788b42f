//! What a policy and an execution's input may hold, by example and by property.

mod documents;
mod ids;
mod input;
mod messages;
mod patch_tuesdays;
mod properties;
mod schedules;
mod targets;
mod values;
mod waves;
