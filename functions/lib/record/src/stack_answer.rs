//! Answering CloudFormation, which waits for a custom resource.
//!
//! `start-rollout` writes the [`WaitingStack`] into the ledger; `answer-stack` reads it when the run is over, writes down
//! what it decides, [puts](AnswerClient) that where CloudFormation waits for it, and marks the stack as answered. The address stays in the ledger:
//! whoever has it can answer in the stack's place, and what an execution is given can be read in the console.

mod addressee;
mod answer;
mod client;
mod waiting;

pub use addressee::{Addressee, NOT_BEGUN, RequestType, ResponseUrl};
pub use answer::{Answer, AnswerStatus, Attributes, Decided, Reason};
pub use client::{AnswerClient, NotDelivered};
pub use waiting::WaitingStack;
