//! A schema that validates and executes nothing; it tells the complexity that the library counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_graphql::{
    Response, ServerError, ValidationResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
};

/// Stops after validation
#[derive(Default)]
pub struct CheckOnly(AtomicU64);

/// Where the answer of [`CheckOnly`] has the complexity
pub const COMPLEXITY: &str = "complexity";

impl ExtensionFactory for CheckOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(CheckOnly::default())
    }
}

#[async_trait::async_trait]
impl Extension for CheckOnly {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        self.0.store(u64::try_from(result.complexity).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(result)
    }

    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default().extension(COMPLEXITY, Value::from(self.0.load(Ordering::Relaxed)))
    }
}
