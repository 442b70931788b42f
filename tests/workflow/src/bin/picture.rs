//! Draws `statemachine/rollout.svg`: `cargo run -p workflow --bin picture`.

use workflow::picture::{PATH, svg};

fn main() -> std::io::Result<()> {
    std::fs::write(workflow::root().join(PATH), svg())
}
