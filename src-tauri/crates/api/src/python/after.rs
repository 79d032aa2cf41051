//! After a change was applied: which instances have to be started again because their environment was swapped.

use sanctum_change::Plan;

use super::place::{self, Place, User};
use crate::ApiResult;
use crate::open::Open;
use crate::settings::Snapshot;

/// Which environments a plan swaps: one of its steps leaves the link, or what stands there, changed. Pure; true for undo,
/// redo and rollback as well as for a build.
pub(crate) fn swapped(plan: &Plan, places: &[Place]) -> Vec<Place> {
    let touches = |place: &&Place| plan.steps.iter().any(|step| step.action.target() == place.link);
    places.iter().filter(touches).cloned().collect()
}

/// The instances that run in one of these environments. Pure.
pub(crate) fn concerned(places: &[Place], users: &[User]) -> Vec<User> {
    places.iter().flat_map(|place| place::used_by(place, users)).cloned().collect()
}

/// The addresses of the instances whose environment a plan swaps.
///
/// # Errors
/// What the registry says.
pub(crate) fn users_of(open: &Open, plan: &Plan) -> ApiResult<Vec<String>> {
    let places = swapped(plan, &place::all(open.root()));
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let snap = Snapshot::of(open)?;
    Ok(concerned(&places, &place::users(&snap)).into_iter().map(|user| user.address).collect())
}
