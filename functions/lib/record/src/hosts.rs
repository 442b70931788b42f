//! What is said of the hosts of each account and Region, an object for each that has any.

use patching::place::Place;

/// Where it is: `runs/<run>/hosts/<account>/<region>.json`.
pub fn key(place: &Place) -> String {
    format!("runs/{}/hosts/{}/{}.json", place.run, place.account, place.region)
}
