//! Every setting, with its default: a flag, an environment variable, or a line of `quintet.toml`, in that order.

use std::{ffi::OsString, net::IpAddr, path::Path};

use anyhow::Context as _;
use chrono_tz::Tz;
use clap::{Args, Command, CommandFactory, FromArgMatches, Parser};

/// Settings of the server and of every other command
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Database: sqlite:FILE or postgres://user:password@host/name
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite:quintet.db", hide_env_values = true, global = true)]
    pub database_url: String,

    /// Connections to the database
    #[arg(long, env = "QUINTET_POOL_SIZE", default_value_t = 16, global = true)]
    pub pool_size: usize,

    /// Address and port to listen on
    #[arg(long, env = "QUINTET_LISTEN", default_value = "127.0.0.1:8000", global = true)]
    pub listen: String,

    /// Host and port under which clients reach this server [default: as they wrote it in the request]
    #[arg(long, env = "QUINTET_AUTHORITY", global = true)]
    pub authority: Option<String>,

    /// Secret that signs tokens, at least 64 bytes [default: made at first start and kept in the database]
    #[arg(long, env = "QUINTET_JWT_SECRET", hide_env_values = true, global = true)]
    pub jwt_secret: Option<String>,

    /// Secret that encrypts kept passwords of other systems, at least 32 bytes; another one can not read what the first
    /// one wrote [default: made at first start and kept in the database, which then holds all it takes to read them]
    #[arg(long, env = "QUINTET_SECRET_KEY", hide_env_values = true, global = true)]
    pub secret_key: Option<String>,

    /// Days until a session ends
    #[arg(long, env = "QUINTET_SESSION_DAYS", default_value_t = 365, global = true)]
    pub session_days: i64,

    /// Time zone of the legacy systems' wall-clock times
    #[arg(long, env = "QUINTET_TIME_ZONE", default_value = "Asia/Shanghai", global = true)]
    pub time_zone: Tz,

    /// Failed logins of one account or address before it has to wait
    #[arg(long, env = "QUINTET_LOGIN_ATTEMPTS", default_value_t = 10, global = true)]
    pub login_attempts: i32,

    /// Addresses of clients that may name any agent in the property realm's legacy requests
    #[arg(long, env = "QUINTET_ESTATE_ADDRESSES", value_delimiter = ',', global = true)]
    pub estate_addresses: Vec<IpAddr>,

    /// Minutes until a handed-out phone number that got no feedback may be handed out again
    #[arg(long, env = "QUINTET_PHONE_LEASE_MINUTES", default_value_t = 30, global = true)]
    pub phone_lease_minutes: i64,

    /// Addresses of proxies whose X-Forwarded-For is believed
    #[arg(long, env = "QUINTET_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<IpAddr>,

    /// Web origins that may call from a browser, or * for all
    #[arg(long, env = "QUINTET_CORS_ORIGINS", value_delimiter = ',', global = true)]
    pub cors_origins: Vec<String>,

    /// Requests per second of one client address, twice as many at once; 0 for no limit
    #[arg(long, env = "QUINTET_RATE_LIMIT", default_value_t = 200, global = true)]
    pub rate_limit: u32,

    /// Cost of operations per second of one account, or of an address without one; 0 for no limit
    #[arg(long, env = "QUINTET_COST_PER_SECOND", default_value_t = 100_000, global = true)]
    pub cost_per_second: u64,

    /// Cost of operations that an account may ask at once, having been quiet
    #[arg(long, env = "QUINTET_COST_BURST", default_value_t = 2_000_000, global = true)]
    pub cost_burst: u64,

    /// Milliseconds after which the log tells of an operation that it is slow
    #[arg(long, env = "QUINTET_SLOW_MILLIS", default_value_t = 1000, global = true)]
    pub slow_millis: u64,

    /// URL of an OpenTelemetry collector that takes traces over OTLP (HTTP with protobuf): http://127.0.0.1:4318
    #[arg(long, env = "QUINTET_OTLP_ENDPOINT", global = true)]
    pub otlp_endpoint: Option<String>,

    /// Serve no GraphiQL
    #[arg(long, env = "QUINTET_NO_GRAPHIQL", global = true)]
    pub no_graphiql: bool,

    /// Tell only administrators about the schema (`__schema`, `__type`)
    #[arg(long, env = "QUINTET_NO_INTROSPECTION", global = true)]
    pub no_introspection: bool,

    /// Folder for uploaded files, or S3-compatible storage: s3://bucket/prefix?region=…&endpoint=… with the keys in
    /// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; docs/files.md says more
    #[arg(long, env = "QUINTET_FILES", default_value = "files", hide_env_values = true, global = true)]
    pub files: String,

    /// Most bytes of a request
    #[arg(long, env = "QUINTET_MAX_BODY", default_value_t = 8 << 20, global = true)]
    pub max_body: usize,

    /// Most bytes of a request that uploads files
    #[arg(long, env = "QUINTET_MAX_UPLOAD", default_value_t = 32 << 20, global = true)]
    pub max_upload: usize,

    /// Most seconds of a request
    #[arg(long, env = "QUINTET_MAX_SECONDS", default_value_t = 30, global = true)]
    pub max_seconds: u64,

    /// Most operations of a batch
    #[arg(long, env = "QUINTET_MAX_BATCH", default_value_t = 10, global = true)]
    pub max_batch: usize,

    /// Most levels of an operation
    #[arg(long, env = "QUINTET_MAX_DEPTH", default_value_t = 16, global = true)]
    pub max_depth: usize,

    /// Most cost of an operation: its fields, each counted as often as its list may repeat it
    #[arg(long, env = "QUINTET_MAX_COMPLEXITY", default_value_t = 50_000, global = true)]
    pub max_complexity: usize,

    /// Most aliases of an operation
    #[arg(long, env = "QUINTET_MAX_ALIASES", default_value_t = 100, global = true)]
    pub max_aliases: usize,

    /// Most root fields of an operation
    #[arg(long, env = "QUINTET_MAX_ROOT_FIELDS", default_value_t = 30, global = true)]
    pub max_root_fields: usize,

    /// Most bytes of a document
    #[arg(long, env = "QUINTET_MAX_DOCUMENT", default_value_t = 64 << 10, global = true)]
    pub max_document: usize,

    /// Trusted documents, which clients name by id or hash: a folder of .graphql files (the id is the file's path in it,
    /// without the ending), or a JSON manifest of graphql-codegen, Relay or Apollo
    #[arg(long, env = "QUINTET_TRUSTED_DOCUMENTS", value_name = "FILE|FOLDER", global = true)]
    pub trusted_documents: Option<String>,

    /// Execute trusted documents only; administrators of the whole installation may still send others
    #[arg(long, env = "QUINTET_TRUSTED_ONLY", global = true)]
    pub trusted_only: bool,

    /// Most WebSockets and streams of events of one client address, and of one account; 0 for no limit
    #[arg(long, env = "QUINTET_MAX_STREAMS", default_value_t = 200, global = true)]
    pub max_streams: usize,

    /// Most operations at once of a WebSocket
    #[arg(long, env = "QUINTET_MAX_OPERATIONS", default_value_t = 50, global = true)]
    pub max_operations: usize,

    /// Most bytes of a message of a WebSocket
    #[arg(long, env = "QUINTET_MAX_MESSAGE", default_value_t = 1 << 20, global = true)]
    pub max_message: usize,

    /// Seconds between signs of life on quiet WebSockets and streams of events; a WebSocket that stays silent for twice
    /// as long is closed
    #[arg(long, env = "QUINTET_PING_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..), global = true)]
    pub ping_seconds: u64,

    /// Program that reads the text in pictures of identity cards: `tesseract` with its data chi_sim
    #[arg(long, env = "QUINTET_TESSERACT", default_value = "tesseract", global = true)]
    pub tesseract: String,

    /// Let accountants agree to a loan only when its contract and its signed form are uploaded
    #[arg(long, env = "QUINTET_REQUIRE_PAPERS", global = true)]
    pub require_papers: bool,

    /// Where credit reports come from: http://… or https://…; docs/outside.md says what is asked and answered
    /// [default: nowhere, reports are made of what the bank knows itself]
    #[arg(long, env = "QUINTET_CREDIT_REPORT_URL", hide_env_values = true, global = true)]
    pub credit_report_url: Option<reqwest::Url>,

    /// Where dishonest persons are imported from: http://… or https://…; docs/outside.md says what is asked and answered
    /// [default: nowhere, none are imported]
    #[arg(long, env = "QUINTET_DISHONESTY_URL", hide_env_values = true, global = true)]
    pub dishonesty_url: Option<reqwest::Url>,

    /// Most seconds that a service of others may take to answer
    #[arg(long, env = "QUINTET_OUTSIDE_SECONDS", default_value_t = 10, global = true)]
    pub outside_seconds: u64,

    /// Log as lines of JSON
    #[arg(long, env = "QUINTET_LOG_JSON", global = true)]
    pub log_json: bool,
}

impl Config {
    /// The defaults, for tests and embedding
    pub fn default_for(database_url: &str) -> anyhow::Result<Config> {
        #[derive(Parser)]
        struct Alone {
            #[command(flatten)]
            config: Config,
        }
        Ok(Alone::try_parse_from(["quintet", "--database-url", database_url])?.config)
    }
}

/// Reads arguments and environment over the lines of a TOML file (if it is there): a line `listen = "…"` becomes the
/// default of `--listen`, so the order of precedence and even `--help` come out right.
pub fn parse<C: CommandFactory + FromArgMatches>(
    arguments: impl IntoIterator<Item = OsString>,
    file: &Path,
) -> anyhow::Result<C> {
    let command = match file.exists() {
        true => with_defaults(C::command(), &std::fs::read_to_string(file)?)
            .with_context(|| format!("in {}", file.display()))?,
        false => C::command(),
    };
    Ok(C::from_arg_matches(&command.get_matches_from(arguments))?)
}

fn with_defaults(mut command: Command, text: &str) -> anyhow::Result<Command> {
    for (name, value) in text.parse::<toml::Table>()? {
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        let values: Vec<String> = match value {
            toml::Value::Array(values) => values.into_iter().map(text).collect(),
            value => vec![text(value)],
        };
        let id = name.replace('-', "_");
        anyhow::ensure!(command.get_arguments().any(|arg| arg.get_id() == &*id), "there is no setting {name}");
        command = command.mut_arg(id, |arg| match arg.get_action().takes_values() {
            true => arg.default_values(values),
            false => arg.default_value("true"),
        });
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        config: Config,
    }

    fn read(file: &str, arguments: &[&str]) -> anyhow::Result<Config> {
        let command = with_defaults(Cli::command(), file)?;
        Ok(Cli::from_arg_matches(&command.try_get_matches_from([&["quintet"], arguments].concat())?)?.config)
    }

    #[test]
    fn a_flag_stands_above_the_file_and_the_file_above_the_default() {
        let file = "listen = \"0.0.0.0:80\"\npool-size = 3\ncors_origins = [\"https://a\", \"https://b\"]";
        let config = read(file, &["--pool-size", "5"]).unwrap();
        assert_eq!((config.listen.as_str(), config.pool_size, config.max_depth), ("0.0.0.0:80", 5, 16));
        assert_eq!(config.cors_origins, ["https://a", "https://b"]);
        assert!(read("colour = 1", &[]).unwrap_err().to_string().contains("colour"));
    }
}
