//! Where clients reach this server: some ask for the least busy one (ihk 资源最闲置的服务器) and are told this one.

use async_graphql::{Context, Object};

use crate::{
    error::{AppError, AppResult},
    graphql::ContextExt,
    server::Client,
};

#[derive(Default)]
pub struct ServerAuthorityQuery;

#[Object]
impl ServerAuthorityQuery {
    /// Host and port of the server, without a scheme (legacy server_url); for everybody
    async fn server_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Path to put behind it, \"/estate\"", default)] path: String,
    ) -> AppResult<String> {
        if path.chars().count() > 200 {
            return Err(AppError::bad_input("path", "At most 200 characters"));
        }
        let config = &ctx.app().config;
        let host = || ctx.data_opt::<Client>().and_then(|client| client.host.clone());
        let authority = config.authority.clone().or_else(host).unwrap_or_else(|| config.listen.clone());
        Ok(authority + &path)
    }
}
