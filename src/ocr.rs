//! Text in pictures, read by the program `tesseract` with its data for Chinese (`chi_sim`): Debian's packages
//! `tesseract-ocr` and `tesseract-ocr-chi-sim`.
//!
//! It runs as a child process without a shell, gets the picture through its standard input, has a time limit, and ends with
//! the request: a client that goes takes it along.

use std::{io::ErrorKind, process::Stdio, time::Duration};

use axum::body::Bytes;
use tokio::{io::AsyncWriteExt as _, process::Command, sync::Semaphore, time::timeout};

use crate::error::{AppError, AppResult};

/// Most bytes of a picture
pub const MOST_BYTES: u64 = 10 << 20;
/// Most pixels of a picture: more say nothing more of a card, and take memory
const MOST_PIXELS: usize = 40_000_000;
/// Pictures that are read at the same time
static READERS: Semaphore = Semaphore::const_new(2);
/// How long a picture waits for its turn
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a picture is read
const LIMIT: Duration = Duration::from_secs(15);

/// Refuses what is no picture that can be read, by its content
pub fn check(picture: &[u8]) -> AppResult<()> {
    let refuse = |message: String| Err(AppError::bad_input("image", message));
    if !["image/png", "image/jpeg", "image/bmp"].iter().any(|kind| infer::is_mime(picture, kind)) {
        return refuse("Only PNG, JPEG and BMP pictures".into());
    }
    match imagesize::blob_size(picture) {
        Ok(size) if size.width.saturating_mul(size.height) > MOST_PIXELS => {
            refuse(format!("A picture has at most {MOST_PIXELS} pixels"))
        }
        Ok(_) => Ok(()),
        Err(_) => refuse("The picture can not be read".into()),
    }
}

/// The text of a picture, line by line
pub async fn read(program: &str, picture: Bytes) -> AppResult<String> {
    read_within(LIMIT, program, picture).await
}

async fn read_within(limit: Duration, program: &str, picture: Bytes) -> AppResult<String> {
    check(&picture)?;
    let turn = timeout(PATIENCE, READERS.acquire()).await;
    let _turn = turn.map_err(|_| AppError::unavailable("Too many pictures are being read, try again"))?;
    let output = timeout(limit, run(program, &picture)).await;
    let output = output.map_err(|_| AppError::bad_input("image", "Reading the picture takes too long"))??;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let cause = String::from_utf8_lossy(&output.stderr);
    if cause.contains("chi_sim") {
        return Err(AppError::unavailable("The program that reads pictures lacks its data for Chinese (chi_sim)"));
    }
    tracing::debug!(%cause, "a picture could not be read");
    Err(AppError::bad_input("image", "The picture can not be read"))
}

async fn run(program: &str, picture: &[u8]) -> AppResult<std::process::Output> {
    let child = Command::new(program)
        .args(["stdin", "stdout", "-l", "chi_sim", "--psm", "6"])
        // Several at once share the processors better than one with a thread for each.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => {
            AppError::unavailable("No program that reads pictures is installed (tesseract)")
        }
        _ => AppError::internal(error),
    })?;
    let input = child.stdin.take();
    let feed = async {
        if let Some(mut input) = input {
            // A program that has seen enough closes its end; what it says then tells why.
            let _ = input.write_all(picture).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    output.map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_a_size() {
        let png = |width: u32, height: u32| {
            [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), &[8; 20]]
                .concat()
        };
        assert!(check(&png(640, 400)).is_ok());
        for wrong in [
            png(100_000, 100_000),
            b"GIF89a\x01\0\x01\0".to_vec(),
            b"text".to_vec(),
            Vec::new(),
            png(1, 1)[..12].to_vec(),
        ] {
            assert_eq!(check(&wrong).unwrap_err().field.as_deref(), Some("image"));
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_takes_too_long_is_ended() {
        use std::{fs, os::unix::fs::PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("slow").display().to_string();
        fs::write(&program, "#!/bin/sh\necho $$ > \"$0.pid\"\nexec sleep 600\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 0, 9, 0, 0, 0, 9], &[8; 20]].concat();
        let error = read_within(Duration::from_millis(500), &program, picture.into()).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (crate::error::Code::BadUserInput, Some("image")));
        let id = fs::read_to_string(format!("{program}.pid")).unwrap();
        // Ended, and nothing of it left for anybody to collect
        let there = || std::process::Command::new("kill").args(["-0", id.trim()]).output().unwrap().status.success();
        for _ in 0..100 {
            if !there() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the process {id} is still there");
    }

    #[tokio::test]
    async fn without_the_program_it_says_so() {
        let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 0, 9, 0, 0, 0, 9], &[8; 20]].concat();
        let error = read("no-such-program", picture.into()).await.unwrap_err();
        assert_eq!(error.code, crate::error::Code::Unavailable);
    }
}
