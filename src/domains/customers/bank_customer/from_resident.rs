//! The draft of a customer out of the household register (户籍): what the register knows of somebody is not typed again.

use async_graphql::{Context, MaybeUndefined};

use super::{BankCustomer, BankCustomerInput, BankCustomerStatus};
use crate::{
    domains::customers::Resident,
    error::{AppError, AppResult},
    graphql::ContextExt,
};

impl BankCustomer {
    /// A draft of the resident whom arguments name
    pub(super) async fn of_resident(ctx: &Context<'_>, id_number: &str) -> AppResult<BankCustomer> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let resident = Resident::by_id_number(&mut tx, viewer, id_number).await?;
        let resident = resident.ok_or_else(|| AppError::not_found("Resident"))?;
        let by = BankCustomer::registering(&mut tx, viewer).await?;
        let known = BankCustomerInput {
            name: Some(resident.name),
            id_number: Some(resident.id_number),
            ethnicity: MaybeUndefined::Value(resident.ethnicity),
            registered_address: MaybeUndefined::Value(resident.address),
            household_number: MaybeUndefined::Value(resident.household_number),
            ..BankCustomerInput::default()
        };
        let mut row = known.row(BankCustomerStatus::Draft, &by)?;
        // The register may know a number that is no mobile phone's; a customer has none then.
        row.phone = resident.phone.filter(|phone| crate::graphql::input::mobile("phone", phone).is_ok());
        row.grid_id = Some(resident.grid_id);
        row.check()?;
        let customer = BankCustomer::create(&mut tx, row).await?;
        BankCustomer::record(&mut tx, ctx, None, Some(&customer)).await?;
        tx.commit().await?;
        Ok(customer)
    }
}
