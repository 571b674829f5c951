//! Arguments, logging, and the command that they name.

use mimalloc::MiMalloc;
use quintet::cli::Cli;

/// A request makes and drops hundreds of small values
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<()> {
    let cli = Cli::read()?;
    cli.start_logging();
    // Deep GraphQL documents need more stack than a thread has by default.
    tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?.block_on(cli.run())
}
