//! Encrypted connections to PostgreSQL, with a server and certificates made for the test.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{dsl::sql, sql_types::Bool};
use quintet::{
    app::App,
    auth::Realm,
    config::Config,
    db::{Db, Run as _, pg},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::{
    app::TestApp,
    postgres::{self, give, programs, run},
};

/// A server that takes encrypted connections only, at `localhost`
struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let (bin, data) = (self.bin.display(), self.folder.path().join("data"));
        drop(run(&format!("{bin}/pg_ctl -D {} -m immediate stop", data.display())).status());
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

impl Cluster {
    /// None where there are no server programs
    fn start() -> Option<Cluster> {
        postgres::server()?;
        let bin = programs()?;
        let folder = TempDir::new().unwrap();
        let (right, key) = (authority(), KeyPair::generate().unwrap());
        let certificate = CertificateParams::new(["localhost".into()]).unwrap().signed_by(&key, &right).unwrap();
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        write("right.pem", right.pem());
        write("wrong.pem", authority().pem());
        write("server.pem", certificate.pem());
        write("server.key", key.serialize_pem());
        write("empty.pem", String::new());
        write("hba", "local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n".into());
        fs::set_permissions(folder.path().join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
        give(folder.path());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster { folder, bin, port };
        let (bin, here) = (cluster.bin.display(), cluster.folder.path().display());
        let started = run(&format!(
            "{bin}/initdb -D {here}/data -U quintet -A trust -E UTF8 --locale=C --no-sync &&
             {bin}/pg_ctl -D {here}/data -w -t 60 -l {here}/log start -o \"-k {here} -p {port} \
             -c listen_addresses=localhost -c fsync=off -c hba_file={here}/hba -c ssl=on \
             -c ssl_cert_file={here}/server.pem -c ssl_key_file={here}/server.key\""
        ));
        let log = cluster.folder.path().join("log");
        let told = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        assert!({ started }.status().unwrap().success(), "PostgreSQL did not start: {}", told(&log));
        Some(cluster)
    }

    /// A URL with these parameters, in which `right`, `wrong` and `empty` name files of root certificates
    fn url(&self, host: &str, parameters: &str) -> String {
        let file = |name: &str| self.folder.path().join(name).with_extension("pem").display().to_string();
        let mut url = format!("postgres://quintet@{host}:{}/postgres?{parameters}", self.port);
        for name in ["right", "wrong", "empty", "none"] {
            url =
                url.replace(&format!("sslrootcert={name}"), &format!("sslrootcert={}", file(name).replace('/', "%2F")));
        }
        url
    }

    /// Whether a pooled connection is encrypted, or why there is none
    async fn is_encrypted(&self, host: &str, parameters: &str) -> Result<bool, String> {
        let db = Db::open(&self.url(host, parameters), 1).map_err(|error| format!("{error:#}"))?;
        let mut conn = db.read().await.map_err(|error| error.to_string())?;
        let ssl = sql::<Bool>("(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())");
        Ok(diesel::select(ssl).one(&mut conn).await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_checked_as_the_url_asks() {
    let Some(cluster) = Cluster::start() else { return };
    for (host, parameters) in [
        ("localhost", ""),
        ("localhost", "sslmode=prefer"),
        ("localhost", "sslmode=require&application_name=quintet"),
        ("127.0.0.1", "sslmode=require"),
        ("localhost", "sslmode=require&sslrootcert=right"),
        ("127.0.0.1", "sslmode=require&sslrootcert=right"),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=right"),
        ("localhost", "sslrootcert=right&sslmode=verify-full"),
    ] {
        assert_eq!(cluster.is_encrypted(host, parameters).await, Ok(true), "{host} {parameters}");
    }
    for (host, parameters, reason) in [
        ("localhost", "sslmode=disable", "no encryption"),
        ("localhost", "sslmode=require&sslrootcert=wrong", "invalid peer certificate"),
        ("localhost", "sslmode=verify-ca&sslrootcert=wrong", "invalid peer certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert=wrong", "invalid peer certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert=system", "certificate"),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=right", "not valid for name \"127.0.0.1\""),
        ("localhost", "sslmode=verify-ca", "needs a file as sslrootcert"),
        ("localhost", "sslmode=verify-full&sslrootcert=empty", "holds no certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert=none", "none.pem"),
        ("localhost", "sslmode=verify", "sslmode is one of"),
    ] {
        let error = cluster.is_encrypted(host, parameters).await.unwrap_err();
        assert!(error.contains(reason), "{host} {parameters}: {error}");
    }
}

/// Pool, LISTEN and migrations
#[tokio::test(flavor = "multi_thread")]
async fn everything_runs_over_an_encrypted_connection() {
    let Some(cluster) = Cluster::start() else { return };
    let mut config = Config::default_for(&cluster.url("localhost", "sslmode=verify-full&sslrootcert=right")).unwrap();
    config.files = cluster.folder.path().join("files").display().to_string();
    App::start(config.clone()).await.unwrap();
    let app = TestApp::with(config).await;
    let caller = app.manager(Realm::Loan).await;
    let listener = &app.app.sessions.listener;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(if listener.hears() { 0 } else { 50 })).await;
    }
    assert!(listener.hears(), "no news from other servers");
    let me = caller.query("{ me { login } }").await.ok();
    assert_eq!(me["me"]["login"], "boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_encryption_gets_nothing_from_who_requires_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(b"N").unwrap();
        let mut more = Vec::new();
        drop(stream.read_to_end(&mut more));
        (asked, more)
    });
    let server_at = pg::Server::read(&format!("postgres://u:secret@127.0.0.1:{port}/d?sslmode=require")).unwrap();
    assert!(server_at.connect().await.is_err());
    let (asked, more) = server.join().unwrap();
    assert_eq!((&asked[4..], more), (&80877103_u32.to_be_bytes()[..], Vec::new()), "SSLRequest, and then nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_socket_needs_no_encryption() {
    let Some(server) = postgres::server() else { return };
    if env::var("TEST_DATABASE_URL").is_ok() {
        return;
    }
    let db = Db::open(&format!("{server}/postgres?sslmode=require"), 1).unwrap();
    db.read().await.unwrap().batch("SELECT 1").await.unwrap();
}
