//! A PostgreSQL server for the tests: `TEST_DATABASE_URL`, else a private cluster from the installed programs.
//!
//! Test processes share the cluster: the first one starts it, and it stops by itself when none has used it for two
//! minutes. As root it runs as the user `postgres`, because PostgreSQL refuses to run as root.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread::sleep,
    time::Duration,
};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use quintet::db::migrate;
use tokio::sync::OnceCell;

/// A database of its own for one test
pub struct Database {
    pub url: String,
    name: String,
}

/// URL of the server without a database name, or none where PostgreSQL can not be had
pub fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match env::var("TEST_DATABASE_URL") {
        Ok(url) => Some(url.trim_end_matches('/').rsplit_once('/').unwrap().0.to_owned()),
        Err(_) => private_cluster(),
    });
    if server.is_none() {
        assert!(env::var("QUINTET_REQUIRE_POSTGRES").is_err(), "PostgreSQL is required, but none can be had");
        static TOLD: OnceLock<()> = OnceLock::new();
        TOLD.get_or_init(|| {
            // Past the test harness, which would swallow it.
            drop(writeln!(std::io::stderr(), "PostgreSQL can not be had: its half of the tests is skipped"));
        });
    }
    server.as_deref()
}

impl Database {
    /// Clones a migrated template
    pub async fn new(server: &str) -> Database {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| make_template(server)).await;
        let name = format!("test_{:016x}", rand::random::<u64>());
        // PostgreSQL copies a template only while nobody else does.
        let sql = format!(
            "SELECT pg_advisory_lock(1); CREATE DATABASE {name} TEMPLATE {template}; SELECT pg_advisory_unlock(1)"
        );
        execute_each(server, &sql).await;
        Database { url: format!("{server}/{name}"), name }
    }

    /// Without a table
    pub async fn empty(server: &str) -> Database {
        let name = format!("test_{:016x}", rand::random::<u64>());
        execute_each(server, &format!("CREATE DATABASE {name}")).await;
        Database { url: format!("{server}/{name}"), name }
    }

    pub async fn drop(self, server: &str) {
        execute_each(server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn make_template(server: &str) -> String {
    let mut names: Vec<_> = fs::read_dir("migrations/postgres").unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for name in names {
        for byte in fs::read(name.join("up.sql")).unwrap() {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let name = format!("template_{digest:016x}");
    let mut conn = AsyncPgConnection::establish(&format!("{server}/postgres")).await.unwrap();
    conn.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    if conn.batch_execute(&format!("CREATE DATABASE {name}")).await.is_ok() {
        migrate::migrate(&format!("{server}/{name}")).await.unwrap();
    }
    conn.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    name
}

/// CREATE DATABASE does not run inside the transaction that several statements in one batch are
async fn execute_each(server: &str, sql: &str) {
    let mut conn = AsyncPgConnection::establish(&format!("{server}/postgres")).await.unwrap();
    for statement in sql.split("; ") {
        conn.batch_execute(statement).await.unwrap();
    }
}

#[expect(clippy::zombie_processes, reason = "the watchdog outlives the test process on purpose")]
fn private_cluster() -> Option<String> {
    let bin = programs()?;
    // Outside of the build folder, which the unprivileged user may not be able to enter; one per checkout.
    let folder = env::temp_dir().join(format!("quintet-pg-{:x}", digest(env!("CARGO_MANIFEST_DIR"))));
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let used = folder.join("used");
    fs::write(&used, "").unwrap();
    let (bin, data) = (bin.display(), folder.join("data"));
    let (data, socket) = (data.display(), folder.display());
    give(&folder);
    let running = || run(&format!("{bin}/pg_ctl -D {data} status")).status().unwrap().success();
    if !running() {
        let started = run(&format!(
            "rm -rf {data}; {bin}/initdb -D {data} -U quintet -A trust -E UTF8 --locale=C --no-sync &&
             {bin}/pg_ctl -D {data} -w -t 60 -l {socket}/log start -o \"-k {socket} -c listen_addresses='' -c fsync=off \
             -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=128MB\""
        ))
        .status();
        assert!(started.unwrap().success(), "PostgreSQL did not start; see {socket}/log");
        // Stops the cluster when the file has not been touched for two minutes.
        run(&format!(
            "while [ -n \"$(find {used} -mmin -2 2>/dev/null)\" ]; do sleep 5; done; {bin}/pg_ctl -D {data} -m immediate stop; rm -rf {data}",
            used = used.display()
        ))
        .spawn()
        .unwrap();
    }
    // Long test runs keep it alive.
    std::thread::spawn(move || {
        loop {
            drop(fs::write(&used, ""));
            sleep(Duration::from_secs(20));
        }
    });
    Some(format!("postgres://quintet@{}", socket.to_string().replace('/', "%2F")))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// A shell script, run by somebody whom PostgreSQL does not refuse to run as
pub fn run(script: &str) -> Command {
    let mut command = match is_root() {
        true => Command::new("runuser"),
        false => Command::new("sh"),
    };
    if is_root() {
        command.args(["-u", "postgres", "--", "sh"]);
    }
    command.arg("-c").arg(script).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Gives a folder with all that is in it to him who runs the scripts
pub fn give(folder: &Path) {
    if is_root() {
        // Files of a running server come and go while chown walks them.
        let given = || Command::new("chown").arg("-R").arg("postgres").arg(folder).status().unwrap().success();
        assert!((0..5).any(|_| given()), "{} could not be given away", folder.display());
    }
}

/// Folder of PostgreSQL's server programs: on the PATH, or where Debian keeps them
pub fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders.extend(env::split_paths(&env::var_os("PATH")?));
    folders
        .into_iter()
        .find(|folder: &PathBuf| Path::exists(&folder.join("initdb")) && folder.join("postgres").exists())
}

fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
