//! The definition's picture.

use workflow::picture::{PATH, svg};

#[test]
fn the_picture_shows_the_definition_as_it_is() {
    let current = workflow::read(PATH) == svg();
    assert!(current, "{PATH} is not current; draw it again: cargo run -p workflow --bin picture");
}
