//! Root objects, put together of their members' fields.
//!
//! The library's `MergedObject` asks one member after the other whether it knows the field, each with a future of its
//! own: with some sixty members that was a fifth of what a small query took. Here a field leads to its member.

use std::sync::OnceLock;

use async_graphql::{
    Context, OutputType, ServerResult, Value,
    indexmap::IndexMap,
    registry::{MetaType, MetaTypeId, ObjectBuilder, Registry},
};
use futures_util::future::BoxFuture;
use rustc_hash::FxHashMap;

/// Resolves a field of a member
pub type Resolve = for<'a> fn(&'a Context<'_>) -> BoxFuture<'a, ServerResult<Option<Value>>>;

/// The members' fields, known once a schema has been built
#[derive(Default)]
pub struct Routes(OnceLock<FxHashMap<String, Resolve>>);

/// In a request's data: sees the context of a root field that nobody has
pub struct Witness(pub Box<dyn Fn(&Context<'_>) + Send + Sync>);

/// A member: what registers it as a type, and what resolves its fields
pub type Member = (fn(&mut Registry) -> MetaType, Resolve);

impl Routes {
    pub const fn new() -> Routes {
        Routes(OnceLock::new())
    }

    pub async fn resolve(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let member = self.0.get().and_then(|routes| routes.get(ctx.item.node.name.node.as_str()));
        match member {
            Some(resolve) => resolve(ctx).await,
            None => {
                if let Some(Witness(see)) = ctx.data_opt() {
                    see(ctx);
                }
                Ok(None)
            }
        }
    }

    /// Registers an object with all fields of the members; the last member's where two have one
    pub fn register<T: OutputType>(&self, registry: &mut Registry, description: &str, members: &[Member]) -> String {
        registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| {
            let mut fields = IndexMap::new();
            let mut routes = FxHashMap::default();
            for (register, resolve) in members {
                let MetaType::Object { fields: own, .. } = register(registry) else { continue };
                routes.extend(own.keys().map(|name| (name.clone(), *resolve)));
                fields.extend(own);
            }
            self.0.get_or_init(|| routes);
            let description = Some(description.trim()).filter(|text| !text.is_empty());
            ObjectBuilder::new(T::type_name(), fields)
                .description(description.map(str::to_owned))
                .rust_typename(std::any::type_name::<T>())
                .build()
        })
    }
}

/// Makes an object of its members: `roots! { /// What can be read  pub struct Query(node::NodeQuery, CustomersQuery); }`
#[macro_export]
macro_rules! roots {
    ($($(#[doc = $doc:literal])* pub struct $name:ident($($member:path),+ $(,)?);)+) => { $(
        $(#[doc = $doc])*
        pub struct $name;

        const _: () = {
            static ROUTES: $crate::graphql::roots::Routes = $crate::graphql::roots::Routes::new();

            #[async_trait::async_trait]
            impl async_graphql::ContainerType for $name {
                async fn resolve_field(
                    &self, ctx: &async_graphql::Context<'_>,
                ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                    ROUTES.resolve(ctx).await
                }
            }

            #[async_trait::async_trait]
            impl async_graphql::OutputType for $name {
                fn type_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                    ROUTES.register::<Self>(registry, concat!($($doc),*), &[$((
                        async_graphql::registry::Registry::create_fake_output_type::<$member>,
                        |ctx| async_graphql::ContainerType::resolve_field(&$member, ctx),
                    )),+])
                }

                async fn resolve(
                    &self,
                    ctx: &async_graphql::ContextSelectionSet<'_>,
                    _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
                ) -> async_graphql::ServerResult<async_graphql::Value> {
                    async_graphql::resolver_utils::resolve_container(ctx, self).await
                }
            }

            impl async_graphql::ObjectType for $name {}
        };
    )+ };
}
