//! Root fields of phone numbers, but for handing them out.

use std::collections::HashSet;

use async_graphql::{Context, Object};

use super::{
    MOST_PHONES, PackagePhone, PackagePhoneDeletePayload, PackagePhoneFilter, PackagePhoneInput,
    PackagePhoneUpdateInput, PackagePhoneUpdatePayload, PackagePhonesAddPayload,
};
use crate::{
    auth::{Manager, Realm, Staff},
    db::Id,
    domains::{
        engagement::{CallFeedback, CallPackage, upload},
        identity::AuditEntry,
    },
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, input, page},
};

#[derive(Default)]
pub struct PackagePhoneQuery;

#[Object]
impl PackagePhoneQuery {
    /// One phone number of a package
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn package_phone(&self, ctx: &Context<'_>, id: Id<PackagePhone>) -> AppResult<Option<PackagePhone>> {
        ctx.load(id).await
    }

    /// Phone numbers of packages in the order they were added; an agent sees those handed out to him
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn package_phones(
        &self,
        ctx: &Context<'_>,
        filter: Option<PackagePhoneFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<PackagePhone>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct PackagePhoneMutation;

#[Object]
impl PackagePhoneMutation {
    /// Adds phone numbers to a package; those that it holds already are left out. For managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn package_phones_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Package that the numbers belong to")] package_id: Id<CallPackage>,
        #[graphql(desc = "The numbers, at most 5000")] phones: Vec<PackagePhoneInput>,
    ) -> AppResult<PackagePhonesAddPayload> {
        if !(1..=MOST_PHONES).contains(&phones.len()) {
            return Err(AppError::bad_input("phones", format!("1 to {MOST_PHONES} numbers")));
        }
        for (index, phone) in phones.iter().enumerate() {
            phone.check().map_err(|error| upload::at("phones", index, error))?;
        }
        let asked = phones.len();
        let mut keys = HashSet::with_capacity(asked);
        let new = phones.into_iter().filter(|phone| keys.insert(input::phone_key(&phone.phone))).collect();
        let mut tx = ctx.begin().await?;
        let call_package = CallPackage::find(&mut tx, ctx.viewer()?, package_id).await?;
        let added = PackagePhone::add(&mut tx, package_id, new).await?;
        AuditEntry::record_all(&mut tx, ctx, added.iter().map(|phone| (None, Some(phone)))).await?;
        tx.commit().await?;
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let (added_count, skipped_count) = (count(added.len()), count(asked - added.len()));
        Ok(PackagePhonesAddPayload { call_package, added_count, skipped_count })
    }

    /// Corrects a phone number; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn package_phone_update(
        &self,
        ctx: &Context<'_>,
        id: Id<PackagePhone>,
        input: PackagePhoneUpdateInput,
    ) -> AppResult<PackagePhoneUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = PackagePhone::find(&mut tx, ctx.viewer()?, id).await?;
        let package_phone = PackagePhone::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&package_phone)).await?;
        tx.commit().await?;
        Ok(PackagePhoneUpdatePayload { package_phone })
    }

    /// Takes a phone number out of its package, unless it was called; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn package_phone_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<PackagePhone>,
    ) -> AppResult<PackagePhoneDeletePayload> {
        let mut tx = ctx.begin().await?;
        let package_phone = PackagePhone::find(&mut tx, ctx.viewer()?, id).await?;
        if CallFeedback::exists(&mut tx, CallFeedback::of_phone(id)).await? {
            return Err(AppError::conflict("The number was called: it stays for its history"));
        }
        PackagePhone::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&package_phone), None).await?;
        tx.commit().await?;
        Ok(PackagePhoneDeletePayload { package_phone })
    }
}
