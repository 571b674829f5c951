//! Arguments, logging, and the command that they name.

use mimalloc::MiMalloc;
use quintet::cli::Cli;

/// A request makes and drops hundreds of small values
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<()> {
    Cli::read()?.run()
}
