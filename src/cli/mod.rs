//! The command line: the commands, and the serving one.

mod account;
mod check;
mod sheets;

use std::{
    io::{ErrorKind, Write as _, stdout},
    net::SocketAddr,
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use axum::ServiceExt as _;
use clap::{Parser, Subcommand};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use check::Check;

use crate::{
    app::App,
    config::{self, Config},
    db::migrate,
    demo,
    domains::{customers::dishonest_person::import::Importer, identity::Account},
    rest::{self, library::Library, openapi},
    schema,
    seed::{self, Seed},
    server::{Server, metrics, router},
    trace::{SPANS, Traces},
};

/// One GraphQL API over five customer systems, and every legacy URL on top of it
///
/// Settings are flags, environment variables or lines of quintet.toml, in that order of precedence.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    #[command(flatten)]
    config: Config,

    /// Fill an empty database with invented data before serving; never for production
    #[arg(long)]
    demo: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default)
    Serve,
    /// Bring the database's tables up to date and end
    Migrate,
    /// Print the GraphQL schema
    Schema,
    /// Print the OpenAPI file of a legacy system
    Openapi {
        #[arg(value_parser = rest::systems().map(|(name, _)| name))]
        system: String,
    },
    /// Check documents against the schema, as the server does before it executes them
    Check(Check),
    /// Fill in synthetic data at scale
    Seed(Seed),
    /// Enter the rows of a sheet
    Import(sheets::Import),
    /// Write rows into a sheet
    Export(sheets::Export),
    /// Manage accounts
    #[command(subcommand)]
    Account(account::Command),
}

impl Cli {
    /// Reads the arguments, the environment and `quintet.toml`
    pub fn read() -> anyhow::Result<Cli> {
        config::parse(std::env::args_os(), Path::new("quintet.toml"))
    }

    /// Log and, where a collector is named, traces
    fn start_logging(&self, runtime: &Runtime) -> anyhow::Result<Option<Traces>> {
        let filter = EnvFilter::try_from_env("QUINTET_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        // The driver would tell the values of statements.
        let filter = filter.add_directive("tokio_postgres=info".parse()?);
        let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let log = match self.config.log_json {
            true => log.json().with_filter(filter).boxed(),
            false => log.compact().with_filter(filter).boxed(),
        };
        let endpoint = self.config.otlp_endpoint.as_deref();
        let traces = endpoint.map(|endpoint| Traces::to(endpoint, runtime.handle().clone())).transpose()?;
        let log = tracing_subscriber::registry().with(log);
        match &traces {
            Some(traces) => {
                let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer()).with_location(false);
                log.with(spans.with_filter(filter_fn(|metadata| metadata.target() == SPANS))).init();
            }
            // Not as a layer that is None: that one would have spans made which nobody asked for.
            None => log.init(),
        }
        Ok(traces)
    }

    /// Runs the command. (Not `async`: the program's crate would have to compile all of it once more.)
    pub fn run(self) -> anyhow::Result<()> {
        // Deep GraphQL documents need more stack than a thread has by default.
        let runtime = Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?;
        let traces = self.start_logging(&runtime)?;
        let ended = runtime.block_on(self.execute());
        if let Some(traces) = traces {
            traces.end();
        }
        ended
    }

    async fn execute(self) -> anyhow::Result<()> {
        match self.command {
            None | Some(Command::Serve) => serve(self.config, self.demo).await,
            Some(Command::Migrate) => {
                println!("{} migrations applied", migrate::migrate(&self.config.database_url).await?);
                Ok(())
            }
            Some(Command::Schema) => print(&schema::sdl()),
            Some(Command::Openapi { system }) => {
                let file =
                    openapi::file(&Library::read().await?, &system, self.config.time_zone).context("no such system")?;
                print(&format!("{file:#}\n"))
            }
            Some(Command::Check(check)) => check.run(&self.config),
            Some(Command::Seed(wanted)) => seed::seed(&App::start(self.config).await?, &wanted).await,
            Some(Command::Import(wanted)) => wanted.run(App::start(self.config).await?).await,
            Some(Command::Export(wanted)) => wanted.run(App::start(self.config).await?).await,
            Some(Command::Account(command)) => command.run(App::start(self.config).await?).await,
        }
    }
}

/// Writes a file to standard output; a reader who goes early (`| head`) is no error
fn print(text: &str) -> anyhow::Result<()> {
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

async fn serve(config: Config, with_demo: bool) -> anyhow::Result<()> {
    metrics::start();
    let app = App::start(config).await?;
    if with_demo {
        demo::fill(&app).await?;
    }
    let listener = TcpListener::bind(&app.config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", app.config.listen))?;
    let server = Server::new(app).await?;
    welcome(&server.app, listener.local_addr()?, with_demo).await?;
    let (tasks, grace) = (server.tasks.clone(), Duration::from_secs(server.app.config.max_seconds));
    let stopping = server.stopping.clone();
    if let Some(importer) = Importer::new(&server.app, stopping.clone()) {
        tasks.spawn(importer.run());
    }
    let serving = axum::serve(listener, router(server).into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(asked_to_stop(stopping.clone()));
    let end = async {
        serving.await?;
        // WebSockets, and mutations whose clients have gone, end too.
        tasks.close();
        tasks.wait().await;
        anyhow::Ok(())
    };
    let deadline = async {
        stopping.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = end => ended,
        // A client that never finishes what it sends must not keep the server from ending.
        () = deadline => {
            tracing::warn!("stopped although requests were still under way");
            Ok(())
        }
    }
}

async fn welcome(app: &App, address: SocketAddr, with_demo: bool) -> anyhow::Result<()> {
    println!("Quintet serves on http://{address}");
    let graphiql = (!app.config.no_graphiql).then_some(("GraphiQL", "/graphiql"));
    for (name, path) in graphiql.into_iter().chain([("GraphQL", "/graphql"), ("Health", "/health/ready")]) {
        println!("  {name:<10} http://{address}{path}");
    }
    if with_demo {
        println!("Demo data, never for production. Every password is {}:", demo::PASSWORD);
        for (realm, login, right) in demo::LOGINS {
            println!("  {realm:<10} {login:<12} {right}");
        }
    } else if Account::number(&mut app.db.read().await?).await? == 0 {
        println!("No account yet. Create one with: quintet account create <login>");
    }
    Ok(())
}

async fn asked_to_stop(stopping: CancellationToken) {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
    stopping.cancel();
    tracing::info!("stopping: requests under way end, new ones are refused");
}
