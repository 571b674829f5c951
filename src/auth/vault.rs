//! Secrets of other systems that must be read again, unlike passwords of accounts: encrypted at rest with
//! ChaCha20-Poly1305, under a key that HKDF makes of the setting `secret-key`.
//!
//! What is kept is the nonce and the encrypted text, in base64. Without the setting the installation makes a key for
//! itself once and keeps it beside the data: whoever reads the whole database then reads the secrets too.

use data_encoding::BASE64;
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

use crate::{
    db::Secret,
    error::{AppError, AppResult},
};

/// Encrypts and decrypts with one key
pub struct Vault(LessSafeKey);

impl Vault {
    /// `secret` of any length; it should be as hard to guess as 32 random bytes
    pub fn new(secret: &[u8]) -> anyhow::Result<Vault> {
        let key = Salt::new(HKDF_SHA256, b"quintet").extract(secret);
        let key = key.expand(&[b"secrets of other systems"], &CHACHA20_POLY1305);
        Ok(Vault(LessSafeKey::new(UnboundKey::from(key.map_err(|_| anyhow::anyhow!("no key from this secret"))?))))
    }

    pub fn seal(&self, text: &str) -> AppResult<Secret> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut bytes = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes)
            .map_err(AppError::internal)?;
        Ok(Secret::new(BASE64.encode(&[&nonce[..], &bytes].concat())))
    }

    /// The text that was sealed; an error where another key sealed it, or somebody changed it
    pub fn open(&self, sealed: &Secret) -> AppResult<String> {
        let wrong = || AppError::internal("a secret can not be decrypted: was the secret key changed?");
        let mut kept = BASE64.decode(sealed.reveal().as_bytes()).map_err(|_| wrong())?;
        let (nonce, bytes) = kept.split_at_mut_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let text = self.0.open_in_place(nonce, Aad::empty(), bytes).map_err(|_| wrong())?;
        String::from_utf8(text.to_vec()).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens_what_nobody_changed() {
        let vault = Vault::new(b"one key").unwrap();
        let sealed = vault.seal("密码 secret").unwrap();
        assert_eq!(vault.open(&sealed).unwrap(), "密码 secret");
        assert_ne!(vault.seal("密码 secret").unwrap().reveal(), sealed.reveal(), "a nonce is used once");
        assert!(Vault::new(b"another key").unwrap().open(&sealed).is_err());
        let mut bytes = BASE64.decode(sealed.reveal().as_bytes()).unwrap();
        bytes[NONCE_LEN] ^= 1;
        for text in [BASE64.encode(&bytes), BASE64.encode(&bytes[..5]), "密码 secret".into(), String::new()] {
            assert!(vault.open(&Secret::new(text.clone())).is_err(), "{text}");
        }
    }
}
