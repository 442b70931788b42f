//! What `deploy.sh` asks of AWS, looks at before, and says: the AWS CLI is a stand-in that answers what each test wants.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod artifacts;
mod policy;
mod preflight;
mod stacks;
mod stand_in;
