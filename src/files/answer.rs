//! Files in answers, as base64: how much of them there may be, in one answer and in all that are under way.

use std::{
    iter,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, response::Response};
use futures_util::{TryStreamExt as _, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    app::App,
    error::{AppError, AppResult},
};

/// Most bytes of files in one answer
const ANSWER: i64 = 64 << 20;

/// Most bytes of files in all answers that are under way; each of them is in memory up to four times
const ALL: usize = 256 << 20;

/// How long one waits for the others' answers to be sent
const PATIENCE: Duration = Duration::from_secs(1);

/// Pieces in which an answer with files is sent
const PIECE: usize = 64 << 10;

/// The bytes that files in answers may take
pub fn memory() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(ALL))
}

/// What the files of an answer take in memory, until it is dropped
pub type Held = Vec<OwnedSemaphorePermit>;

/// How many bytes of files may still be put into an answer
#[derive(Clone)]
pub struct Budget(Arc<Shared>);

struct Shared {
    memory: Arc<Semaphore>,
    left: AtomicI64,
    held: Mutex<Held>,
}

impl Budget {
    pub fn new(app: &App) -> Budget {
        let memory = app.file_memory.clone();
        Budget(Arc::new(Shared { memory, left: AtomicI64::new(ANSWER), held: Mutex::default() }))
    }

    pub async fn take(&self, bytes: i64) -> AppResult<()> {
        let Shared { memory, left, held } = &*self.0;
        if left.fetch_sub(bytes, Ordering::Relaxed) < bytes {
            return Err(AppError::cost("The files of one answer have at most 64 MB together: ask for fewer"));
        }
        let wait = memory.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or_default());
        let Ok(Ok(permit)) = timeout(PATIENCE, wait).await else {
            return Err(AppError::unavailable("Too many files are being answered now: try again"));
        };
        held.lock().unwrap_or_else(PoisonError::into_inner).push(permit);
        Ok(())
    }

    /// What the answer took, to be kept until it is sent; the next one begins anew
    pub fn answered(&self) -> Held {
        self.0.left.store(ANSWER, Ordering::Relaxed);
        std::mem::take(&mut *self.0.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps what an answer's files take until it is sent, as far as there are some
pub fn until_sent(response: Response, held: Held) -> Response {
    if held.is_empty() {
        return response;
    }
    response.map(|body| {
        // In pieces: the last one is taken from here when those before it are on their way.
        let pieces = body.into_data_stream().map_ok(move |mut bytes| {
            let _ = &held;
            stream::iter(iter::from_fn(move || {
                let piece = bytes.split_to(bytes.len().min(PIECE));
                (!piece.is_empty()).then_some(Ok::<_, axum::Error>(piece))
            }))
        });
        Body::from_stream(pieces.try_flatten())
    })
}
