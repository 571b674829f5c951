//! Where files lie: in a local folder, or in S3-compatible storage.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use object_store::{ObjectStore, local::LocalFileSystem, parse_url_opts, prefix::PrefixStore};
use reqwest::Url;
use rustls::crypto::ring;

/// How long a request to the storage may take, unless the URL says otherwise
const PATIENCE: [(&str, &str); 2] = [("timeout", "30 seconds"), ("connect_timeout", "5 seconds")];

/// A folder, which is made where it is not there; or `s3://bucket/prefix?region=…&endpoint=…` with the options of
/// [`object_store`] in its query, or in the environment as `AWS_…`: the keys belong there
pub fn open(place: &str) -> anyhow::Result<Arc<dyn ObjectStore>> {
    if !place.contains("://") {
        std::fs::create_dir_all(place)?;
        return Ok(Arc::new(LocalFileSystem::new_with_prefix(place)?));
    }
    // The URL may hold a key: no error tells it.
    let mut url: Url = place.parse().context("the files' URL is none")?;
    ensure!(matches!(url.scheme(), "s3" | "s3a"), "files are kept in a folder, or at s3://bucket/prefix");
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    url.set_query(None);
    let default = PATIENCE.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
    let options = default.into_iter().chain(environment.map(|(name, value)| (name.to_lowercase(), value))).chain(query);
    // Another one that is installed already does as well.
    let _ = ring::default_provider().install_default();
    let (store, prefix) = parse_url_opts(&url, options).context("the storage of the files can not be used")?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_or_s3() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b");
        assert!(open(inside.to_str().unwrap()).is_ok() && inside.is_dir());
        assert!(
            open("s3://bucket/some/prefix?region=eu-west-1&aws_access_key_id=k&aws_secret_access_key=hidden").is_ok()
        );
        for wrong in ["ftp://h/x?secret=hidden", "https://h/x?secret=hidden", "s3://?secret=hidden", "file:///x"] {
            let error = format!("{:#}", open(wrong).err().unwrap());
            assert!(!error.contains("hidden"), "{error}");
        }
    }
}
