//! The job that asks an outside source about each resident: batch by batch, in the server, for as long as it takes.
//!
//! [`Importer::step`] is one batch, and all that tests need: they make the steps themselves. A batch asks about few
//! residents, few at a time, each for a few seconds at the most, so the hold on the job outlives it. Where the source
//! answers nothing at all, or nonsense only, the batch is tried again, a bit later each time, and the job is given up in
//! the end; where it answers for some, the others count as failed.

use std::time::Duration;

use data_encoding::HEXLOWER;
use diesel::prelude::*;
use futures_util::{StreamExt as _, stream};
use rand::RngExt as _;
use tokio_util::sync::CancellationToken;

use super::{DishonestPerson, case};
use crate::{
    app::App,
    db::{Run as _, Time, Tx, tables::residents},
    domains::identity::{
        BackgroundJob,
        background_job::{Batch, JobKind},
    },
    error::{AppError, AppResult, Code},
    outside::dishonesty,
};

const KIND: JobKind = JobKind::DishonestPersonImport;
/// Residents of a batch, and how many are asked about at a time
const BATCH: usize = 20;
const AT_A_TIME: usize = 5;
/// How often in a row a batch may bring nothing at all
const TRIES: i32 = 5;
/// How often is looked whether there is something to do
const PAUSE: Duration = Duration::from_secs(2);

/// Number, name and id number of a resident
type Asked = (i64, String, String);
/// What the source says of somebody, or why it says nothing
type Answer = AppResult<Vec<DishonestPerson>>;

/// What a step came to
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is no job, or another worker has it
    Idle,
    /// A batch is done
    Went,
    /// The source did not answer; to be tried again after a while
    Stumbled(Duration),
    /// The job has ended
    Ended,
    /// It is time to stop
    Stopped,
}

/// One worker
pub struct Importer {
    app: App,
    /// How long the job is held: more than the longest batch and the longest pause take
    hold: Duration,
    /// Tells its hold from that of others
    holder: String,
    stop: CancellationToken,
}

impl Importer {
    /// Where a source is set up
    pub fn new(app: &App, stop: CancellationToken) -> Option<Importer> {
        app.config.dishonesty_url.as_ref()?;
        let rounds = u64::try_from(BATCH.div_ceil(AT_A_TIME)).unwrap_or_default();
        Some(Importer {
            app: app.clone(),
            hold: Duration::from_secs(60 + rounds * app.config.outside_seconds),
            holder: HEXLOWER.encode(&rand::rng().random::<[u8; 16]>()),
            stop,
        })
    }

    /// Works until it is to stop, and lets go of what it holds then
    pub async fn run(self) {
        loop {
            let pause = match self.step().await {
                Ok(Step::Went) => Duration::ZERO,
                Ok(Step::Stumbled(pause)) => pause,
                Ok(Step::Idle | Step::Ended) | Err(_) => PAUSE,
                Ok(Step::Stopped) => break,
            };
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        // What fails is logged where it does; the hold ends by itself too.
        let _ = self.release().await;
    }

    fn held(&self) -> Time {
        Time::from(Time::now().0 + self.hold)
    }

    async fn release(&self) -> AppResult<()> {
        let mut tx = self.app.db.begin().await?;
        BackgroundJob::release(&mut tx, KIND, &self.holder).await?;
        Ok(tx.commit().await?)
    }

    pub async fn step(&self) -> AppResult<Step> {
        let mut tx = self.app.db.begin().await?;
        let job = BackgroundJob::take(&mut tx, KIND, &self.holder, self.held()).await?;
        let Some(job) = job else { return Ok(Step::Idle) };
        let people: Vec<Asked> = residents::table
            .filter(residents::id.gt(job.progress))
            .filter(residents::is_active.eq(true))
            .select((residents::id, residents::name, residents::id_number))
            .order(residents::id)
            .limit(i64::try_from(BATCH).unwrap_or_default())
            .all(&mut tx)
            .await?;
        let Some(last) = people.last().map(|(id, ..)| *id) else {
            job.end(&mut tx, &self.holder, None).await?;
            tx.commit().await?;
            tracing::info!(
                job = job.id.number,
                done = job.done,
                found = job.found,
                failed = job.failed,
                "import finished"
            );
            return Ok(Step::Ended);
        };
        tx.commit().await?;
        let asked = people.len();
        let Some(answers) = self.ask(people).await else { return Ok(Step::Stopped) };
        let failures: Vec<&AppError> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        let failed = failures.len();
        // Nonsense about the only one who is left is no reason to give up.
        let is_silent = asked > 1 || failures.iter().any(|failure| failure.code == Code::Unavailable);
        let mut tx = self.app.db.begin().await?;
        if failed == asked && is_silent {
            return self.stumble(tx, &job, answers).await;
        }
        let rows: Vec<DishonestPerson> = answers.into_iter().flatten().flatten().collect();
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let found = number(DishonestPerson::store(&mut tx, rows).await?);
        let batch = Batch { last, done: number(asked), found, failed: number(failed) };
        // Dropped without a commit where another worker has taken the job over meanwhile.
        if !job.advance(&mut tx, &self.holder, batch, self.held()).await? {
            return Ok(Step::Idle);
        }
        tx.commit().await?;
        Ok(Step::Went)
    }

    /// What the source says of each; none where it is time to stop
    async fn ask(&self, people: Vec<Asked>) -> Option<Vec<Answer>> {
        let answers = stream::iter(people).map(|asked| self.about(asked)).buffered(AT_A_TIME).collect();
        tokio::select! {
            answers = answers => Some(answers),
            () = self.stop.cancelled() => None,
        }
    }

    async fn about(&self, (resident, name, number): Asked) -> Answer {
        let answer = dishonesty::fetch(&self.app, &name, &number).await?;
        case::read(&answer, &number).map_err(|reason| {
            tracing::warn!(resident, reason, "nonsense about dishonest persons");
            AppError::bad_input("answer", reason)
        })
    }

    async fn stumble(&self, mut tx: Tx, job: &BackgroundJob, answers: Vec<Answer>) -> AppResult<Step> {
        let tries = job.tries + 1;
        if tries < TRIES {
            job.stumble(&mut tx, &self.holder, self.held()).await?;
            tx.commit().await?;
            return Ok(Step::Stumbled(Duration::from_secs(1 << tries)));
        }
        let reason = answers.into_iter().find_map(Result::err).map(|failure| failure.message).unwrap_or_default();
        tracing::warn!(job = job.id.number, done = job.done, reason, "import given up");
        job.end(&mut tx, &self.holder, Some(reason)).await?;
        tx.commit().await?;
        Ok(Step::Ended)
    }
}
