//! Batching without a timer.
//!
//! async-graphql's `DataLoader` collects keys until a spawned task wakes up. Here the "spawned" loads are driven by
//! the request's own future: they start the moment nothing else in the request can go on, so a batch is as large as
//! it can be, waits for no clock and never splits over threads.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use async_graphql::runtime::Timer;
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};

/// Loads of one request that wait for their turn
#[derive(Clone, Default)]
pub struct Queue(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Queue {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a request together with the loads that it queues
    pub async fn drive<F: Future>(&self, request: F) -> F::Output {
        Driver::new(self.clone()).drive(request).await
    }
}

/// Runs what comes one after the other with one loader
pub struct Driver {
    queue: Queue,
    loads: FuturesUnordered<FutureObj<'static, ()>>,
}

impl Driver {
    pub fn new(queue: Queue) -> Driver {
        Driver { queue, loads: FuturesUnordered::new() }
    }

    pub async fn drive<F: Future>(&mut self, request: F) -> F::Output {
        let mut request = pin!(request);
        let Driver { queue, loads } = self;
        std::future::poll_fn(|context| {
            loop {
                if let Poll::Ready(output) = request.poll_unpin(context) {
                    return Poll::Ready(output);
                }
                loads.extend(queue.take());
                let mut progress = false;
                while let Poll::Ready(Some(())) = loads.poll_next_unpin(context) {
                    progress = true;
                }
                if !progress {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Lets the loads end that a request left behind: they hold connections, and others wait for what they look up
    pub async fn finish(&mut self) {
        self.loads.extend(self.queue.take());
        while let Some(()) = self.loads.next().await {
            self.loads.extend(self.queue.take());
        }
    }
}

impl Spawn for Queue {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(load);
        Ok(())
    }
}

/// The queue is the delay
pub struct NoTimer;

impl Timer for NoTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        std::future::ready(()).boxed()
    }
}
