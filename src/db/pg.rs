//! Connections to PostgreSQL, encrypted as the URL asks: `sslmode` and `sslrootcert` mean what they mean to libpq.
//!
//! | `sslmode` | encrypted | the server's certificate |
//! |---|---|---|
//! | `disable` | no | |
//! | `prefer` (default) | if the server can | is not looked at |
//! | `require` | yes | is not looked at, unless `sslrootcert` is given: then as `verify-ca` |
//! | `verify-ca` | yes | must come from `sslrootcert` |
//! | `verify-full` | yes | must come from `sslrootcert`, else from the system's roots, and name the host |

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail, ensure};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use percent_encoding::percent_decode_str;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::{
    Client, Config, Connection, Socket,
    config::{Host, SslMode},
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conn::Pooled;
use crate::tls;

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// How long to wait for the end of a statement that nobody wants
const SOON: Duration = Duration::from_secs(1);

/// How to connect to a server
#[derive(Clone)]
pub struct Server {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Server {
    /// Reads a URL, and the file of root certificates that it names
    pub fn read(url: &str) -> anyhow::Result<Server> {
        let (plain, mode, roots) = split(url)?;
        let mut config: Config = plain.parse().context("DATABASE_URL")?;
        let (mode, trust) = match (mode.as_deref().unwrap_or("prefer"), roots.as_deref()) {
            ("disable", _) => (SslMode::Disable, Trust::Anyone),
            ("prefer", _) => (SslMode::Prefer, Trust::Anyone),
            ("require", None) => (SslMode::Require, Trust::Anyone),
            ("require" | "verify-ca", Some(file)) if file != "system" => {
                (SslMode::Require, Trust::IssuedBy(read(file)?))
            }
            ("require" | "verify-ca", _) => {
                bail!("this sslmode needs a file as sslrootcert: anybody can have a certificate of a public authority")
            }
            ("verify-full", None | Some("system")) => (SslMode::Require, Trust::Named(system()?)),
            ("verify-full", Some(file)) => (SslMode::Require, Trust::Named(read(file)?)),
            (other, _) => bail!("sslmode is one of disable, prefer, require, verify-ca, verify-full, not {other}"),
        };
        // As with libpq: a socket on this machine is not encrypted, whatever the mode.
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        config.ssl_mode(if is_local { SslMode::Disable } else { mode });
        let mut tls = trust.client()?;
        // PostgreSQL 17 asks for it where TLS starts without a question in the clear (sslnegotiation=direct).
        tls.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Server { config, tls: MakeRustlsConnect::new(tls) })
    }

    pub async fn connect(&self) -> Result<(Client, Connection<Socket, Encrypted>), tokio_postgres::Error> {
        self.config.connect(self.tls.clone()).await
    }

    /// A connection for Diesel
    pub async fn establish(&self) -> ConnectionResult<AsyncPgConnection> {
        // With its causes, which the driver's error does not show by itself.
        let told = |error| ConnectionError::BadConnection(format!("{:#}", anyhow::Error::from(error)));
        let (client, connection) = self.connect().await.map_err(told)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }

    /// Ends the statement that is under way on a connection: most end soon by themselves, and the connection goes back to
    /// its pool; what takes longer is stopped, and its connection closed, since the request to stop might arrive late
    pub fn stop(&self, mut conn: Box<dyn Pooled<AsyncPgConnection>>) {
        // Outside of the runtime nothing is waited for.
        let Ok(runtime) = Handle::try_current() else { return conn.discard() };
        let tls = self.tls.clone();
        runtime.spawn(async move {
            // It comes behind the statement.
            if let Ok(Ok(())) = timeout(SOON, conn.batch_execute("")).await {
                return;
            }
            let asked = timeout(SOON, conn.cancel_token().cancel_query(tls)).await;
            let asked = asked.map_err(anyhow::Error::from).and_then(|asked| asked.map_err(anyhow::Error::from));
            if let Err(error) = asked {
                tracing::warn!(error = format!("{error:#}"), "a statement that nobody waits for could not be stopped");
            }
            // It keeps its place in the pool until it has ended, so that there are never more than there may be.
            let _ = timeout(SOON, conn.batch_execute("")).await;
            conn.discard();
        });
    }
}

/// The URL without what the driver does not know, `sslmode`, `sslrootcert`
fn split(url: &str) -> anyhow::Result<(String, Option<String>, Option<String>)> {
    let (base, query) = url.rsplit_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let value = |text: &str| percent_decode_str(text).decode_utf8().map(|text| Some(text.into_owned()));
        match pair.split_once('=') {
            Some(("sslmode", text)) => mode = value(text)?,
            Some(("sslrootcert", text)) => roots = value(text)?,
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    Ok((plain, mode, roots))
}

fn read(file: &str) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).with_context(|| format!("sslrootcert {file}"))? {
        roots.add(certificate.with_context(|| format!("sslrootcert {file}"))?)?;
    }
    ensure!(!roots.is_empty(), "sslrootcert {file} holds no certificate");
    Ok(roots)
}

fn system() -> anyhow::Result<RootCertStore> {
    let roots = tls::system_roots();
    ensure!(!roots.is_empty(), "the system has no root certificates: name a file as sslrootcert");
    Ok(roots)
}

/// TLS with whomever the system trusts, which is nobody where it has no root certificates
pub fn system_tls() -> anyhow::Result<ClientConfig> {
    Trust::Named(system().unwrap_or_else(|_| RootCertStore::empty())).client()
}

/// Whom to believe that he is the server
enum Trust {
    Anyone,
    IssuedBy(RootCertStore),
    Named(RootCertStore),
}

impl Trust {
    fn client(self) -> anyhow::Result<ClientConfig> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let issuer = match self {
            Trust::Named(roots) => return Ok(tls::client(roots)?),
            Trust::IssuedBy(roots) => {
                Some(WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?)
            }
            Trust::Anyone => None,
        };
        let nameless = Arc::new(Nameless::new(issuer, &provider));
        Ok(builder.dangerous().with_custom_certificate_verifier(nameless).with_no_client_auth())
    }
}

/// Takes a certificate whatever its name, from the issuer if there is one
#[derive(Debug)]
struct Nameless {
    issuer: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Nameless {
    fn new(issuer: Option<Arc<WebPkiServerVerifier>>, provider: &CryptoProvider) -> Nameless {
        Nameless { issuer, algorithms: provider.signature_verification_algorithms }
    }
}

impl ServerCertVerifier for Nameless {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(issuer) = &self.issuer else { return Ok(ServerCertVerified::assertion()) };
        match issuer.verify_server_cert(certificate, chain, name, ocsp, now) {
            // The name is what rustls checks last: everything else was right.
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
