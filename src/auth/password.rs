//! Passwords: argon2id over the lower-case MD5 hex of the password.
//!
//! MD5 because that is what rongzi's clients send instead of the password (contract rongzi, section 3): with the MD5
//! under the hash, the same password works at every door, and nothing but the argon2id hash is stored.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};

use crate::{
    db::Secret,
    error::{AppError, AppResult},
};

/// What rongzi's clients send for a password
pub fn md5_hex(password: &str) -> String {
    HEXLOWER.encode(&Md5::digest(password.as_bytes()))
}

/// The text to store for a password; takes tens of milliseconds, so off the async workers
pub async fn hash(md5_hex: String) -> AppResult<Secret> {
    blocking(move || Argon2::default().hash_password(md5_hex.as_bytes()).map(|hash| Secret::new(hash.to_string())))
        .await?
        .map_err(AppError::internal)
}

/// Whether this is the password behind the stored hash. Without one (unknown login) it takes as long and says no,
/// so that the time tells nobody which logins exist.
pub async fn verify(md5_hex: String, stored: Option<Secret>) -> AppResult<bool> {
    blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| Secret::new(NOBODY.to_owned()));
        let Ok(hash) = PasswordHash::new(stored.reveal()) else { return false };
        Argon2::default().verify_password(md5_hex.to_lowercase().as_bytes(), &hash).is_ok() && known
    })
    .await
}

/// A hash that nobody's password has
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$Hf3mT7m8yQ0b1rD0mXn8Jv0R2w3yqT8cYVbQx1d5r0E";

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_opens() {
        let stored = hash(md5_hex("quintet-demo")).await.unwrap();
        assert!(stored.reveal().starts_with("$argon2id$"));
        assert!(verify(md5_hex("quintet-demo"), Some(stored.clone())).await.unwrap());
        assert!(verify(md5_hex("quintet-demo").to_uppercase(), Some(stored.clone())).await.unwrap());
        assert!(!verify(md5_hex("quintet"), Some(stored)).await.unwrap());
        assert!(!verify(md5_hex("quintet"), None).await.unwrap());
        assert!(PasswordHash::new(NOBODY).is_ok(), "an unknown login must cost a real verification");
    }
}
