//! Handing out the next number of a package to exactly one agent.

use async_graphql::{Context, Object};
use chrono::Duration;

use super::{PackagePhone, PackagePhoneTakePayload};
use crate::{
    auth::{Realm, Staff},
    db::{Day, Id, Time},
    domains::{
        engagement::{CallPackage, EstateProject},
        identity::{AuditEntry, EstateAgent},
    },
    error::{AppError, AppResult, Code},
    graphql::{ContextExt, Entity},
};

#[derive(Default)]
pub struct PackagePhoneTakeMutation;

#[Object]
impl PackagePhoneTakeMutation {
    /// Hands out the next number of a package to the agent who asks. A package that is called through answers
    /// NOT_FOUND; one of another agent's project, or of a project that is not current, BAD_USER_INPUT.
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn package_phone_take(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Package to call through (legacy package_id)")] package_id: Id<CallPackage>,
    ) -> AppResult<PackagePhoneTakePayload> {
        let viewer = ctx.viewer()?;
        let agent = EstateAgent::of_viewer(viewer)?;
        let config = &ctx.app().config;
        let mut tx = ctx.begin().await?;
        let package = CallPackage::find(&mut tx, viewer, package_id).await.map_err(refused)?;
        let today = Day::today(config.time_zone);
        let project = EstateProject::find_current(&mut tx, viewer, package.project_id, today).await.map_err(refused)?;
        if !EstateProject::has_agent(&mut tx, project.id, agent).await? {
            // A manager sees all packages, but calls only for the projects that he is assigned to.
            return Err(AppError::bad_input("packageId", "You are not assigned to the project of this package"));
        }
        let lapsed = Time::from(Time::now().0 - Duration::minutes(config.phone_lease_minutes));
        let before = PackagePhone::next(&mut tx, package_id, lapsed).await?;
        let before = before.ok_or_else(|| AppError::not_found("Free PackagePhone"))?;
        let package_phone = PackagePhone::hand_out(&mut tx, before.id, agent).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&package_phone)).await?;
        tx.commit().await?;
        Ok(PackagePhoneTakePayload { package_phone })
    }
}

/// NOT_FOUND is kept for packages that are called through
fn refused(error: AppError) -> AppError {
    match error.code {
        Code::NotFound => AppError::bad_input("packageId", error.message),
        _ => error,
    }
}
