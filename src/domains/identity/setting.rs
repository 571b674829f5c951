//! Values that the installation makes for itself once, like the key that signs tokens.

use diesel::prelude::*;

use crate::db::{Db, Run as _, tables::settings};

pub struct Setting;

impl Setting {
    /// The stored value; where there is none, a new one is stored. Servers that start at once agree on one value.
    pub async fn get_or_make(db: &Db, name: &str, make: impl FnOnce() -> String + Send) -> anyhow::Result<String> {
        let mut conn = db.write().await?;
        diesel::insert_into(settings::table)
            .values((settings::name.eq(name.to_owned()), settings::value.eq(make())))
            .on_conflict_do_nothing()
            .run(&mut conn)
            .await?;
        let stored = settings::table.filter(settings::name.eq(name.to_owned())).select(settings::value);
        Ok(stored.one(&mut conn).await?)
    }
}
