//! Tokens: HS512 JWTs with the claims that rongzi documents (contract rongzi, section 3), plus `jti` and `realm`.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{AppError, AppResult};

/// What a token says. Rights follow from the session behind `jti`, never from `data`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The staff number, or the login where there is none
    pub sub: String,
    /// The profile, as rongzi documents it
    pub data: Value,
    /// Seconds since 1970
    pub exp: i64,
    /// Seconds since 1970
    pub iat: i64,
    /// Number of the session
    pub jti: String,
    pub realm: String,
}

/// Signs and reads tokens with one secret
#[derive(Clone)]
pub struct Signer {
    encode: EncodingKey,
    decode: DecodingKey,
}

impl Signer {
    pub fn new(secret: &[u8]) -> Signer {
        Signer { encode: EncodingKey::from_secret(secret), decode: DecodingKey::from_secret(secret) }
    }

    pub fn sign(&self, claims: &Claims) -> AppResult<String> {
        // The documented header is exactly {"alg":"HS512"}: no typ.
        let header = Header { typ: None, ..Header::new(Algorithm::HS512) };
        jsonwebtoken::encode(&header, claims, &self.encode).map_err(AppError::internal)
    }

    /// The claims of a token of ours that has not expired
    pub fn read(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS512);
        validation.leeway = 0;
        jsonwebtoken::decode::<Claims>(token, &self.decode, &validation).ok().map(|token| token.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(exp: i64) -> Claims {
        Claims { sub: "AA1611".into(), data: Value::Null, exp, iat: 0, jti: "7".into(), realm: "LOAN".into() }
    }

    #[test]
    fn only_our_own_unexpired_hs512_counts() {
        let signer = Signer::new(b"secret");
        let token = signer.sign(&claims(4_000_000_000)).unwrap();
        assert!(token.starts_with("eyJhbGciOiJIUzUxMiJ9."), "the documented header");
        assert_eq!(signer.read(&token).unwrap().jti, "7");
        assert!(signer.read(&signer.sign(&claims(1)).unwrap()).is_none(), "expired");
        assert!(Signer::new(b"other").read(&token).is_none(), "another key");
        let hs256 = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims(4_000_000_000),
            &EncodingKey::from_secret(b"secret"),
        );
        assert!(signer.read(&hs256.unwrap()).is_none(), "another algorithm");
        let body = token.split('.').nth(1).unwrap();
        assert!(signer.read(&format!("eyJhbGciOiJub25lIn0.{body}.")).is_none(), "alg none");
    }
}
