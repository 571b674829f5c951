//! Demo data of the bank's papers: pictures of the first 40 customers and of the papers that interviews have, whom a court lists as dishonest among the
//! residents, and the job that found them.

use diesel::prelude::*;
use object_store::{ObjectStoreExt as _, PutPayload, path::Path};

use super::{Demo, bank_credit::PNG};
use crate::{
    app::App,
    db::{
        Conn, Id, Run as _, Time,
        sql::Many,
        tables::{
            background_jobs, bank_customers, bank_staff, credit_interviews, customer_images, dishonest_persons,
            residents,
        },
    },
    domains::{
        credit::{CreditInterview, CustomerImage, Grid, customer_image::ImageKind},
        customers::DishonestPerson,
        identity::{
            BankStaff,
            background_job::{JobKind, JobStatus},
        },
    },
    error::{AppError, AppResult},
    graphql::id_number::{IdNumber, Sex},
};

const CUSTOMERS: i64 = 40;
const KINDS: &[ImageKind] =
    &[ImageKind::IdCardFront, ImageKind::IdCardBack, ImageKind::Assets, ImageKind::Business, ImageKind::Security];
/// Every so many residents one is dishonest
const DISHONEST: i64 = 12;

type Known = (Option<Id<Grid>>, Option<Id<BankStaff>>, String, String);
type Signed = (Id<CreditInterview>, Id<Grid>, Option<Id<BankStaff>>, String, String, bool, bool);

/// After the residents and the interviews
pub async fn fill(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    images(app, conn, demo).await?;
    dishonest(conn, demo).await
}

async fn images(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let customers: Vec<Known> = bank_customers::table
        .filter(bank_customers::grid_id.is_not_null())
        .filter(bank_customers::id.le(CUSTOMERS))
        .select((bank_customers::grid_id, bank_customers::keeper_id, bank_customers::name, bank_customers::id_number))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let signed: Vec<Signed> = credit_interviews::table
        .filter(credit_interviews::has_contract.or(credit_interviews::has_form))
        .select((
            credit_interviews::id,
            credit_interviews::grid_id,
            credit_interviews::keeper_id,
            credit_interviews::name,
            credit_interviews::id_number,
            credit_interviews::has_contract,
            credit_interviews::has_form,
        ))
        .order(credit_interviews::id)
        .all(conn)
        .await?;
    let mut rows: Vec<CustomerImage> = Vec::new();
    let mut add = |of: (Id<Grid>, Option<Id<BankStaff>>, &str, &str), interview_id, kind| {
        let since = demo.ago(200);
        let (grid_id, uploader_id, name, id_number) = of;
        rows.push(CustomerImage {
            id: Id::new(0),
            grid_id,
            interview_id,
            uploader_id,
            customer_name: name.to_owned(),
            id_number: id_number.to_owned(),
            kind,
            content_type: "image/png".to_owned(),
            size: i64::try_from(PNG.len()).unwrap_or_default(),
            location: format!("customers/demo/{}", rows.len()),
            is_deleted: false,
            created_at: since,
            updated_at: since,
        });
    };
    for (place, (grid, keeper, name, id_number)) in customers.iter().enumerate() {
        let Some(grid) = grid else { continue };
        // Everybody has both sides of his card here, the others in turn have more.
        for kind in &KINDS[..2 + place % 4] {
            add((*grid, *keeper, name, id_number), None, *kind);
        }
    }
    for (interview, grid, keeper, name, id_number, has_contract, has_form) in &signed {
        for (has, kind) in [(*has_contract, ImageKind::Contract), (*has_form, ImageKind::InterviewForm)] {
            if has {
                add((*grid, *keeper, name, id_number), Some(*interview), kind);
            }
        }
    }
    for row in &rows {
        let bytes = PutPayload::from_static(PNG);
        app.files.put(&Path::from(&*row.location), bytes).await.map_err(AppError::internal)?;
    }
    diesel::insert_into(customer_images::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn dishonest(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let people: Vec<(i64, String, String)> = residents::table
        .filter(residents::is_active.eq(true))
        .select((residents::id, residents::name, residents::id_number))
        .order(residents::id)
        .all(conn)
        .await?;
    let (total, last) = (people.len(), people.last().map_or(0, |(id, ..)| *id));
    let mut rows = Vec::new();
    for (place, (_, name, id_number)) in people.into_iter().filter(|(id, ..)| id % DISHONEST == 1).enumerate() {
        let (since, published) = (demo.ago(60), demo.ago(900));
        let sex = IdNumber::parse(&id_number).map_or(Sex::Male, |number| number.sex);
        rows.push(DishonestPerson {
            id: Id::new(0),
            name,
            id_number,
            sex: if sex == Sex::Male { "男" } else { "女" }.to_owned(),
            age: 25 + i32::try_from(place % 40).unwrap_or_default(),
            province: "云岭省".to_owned(),
            court: "云岭县人民法院".to_owned(),
            ground_number: format!("({})云民初{}号", published.0.format("%Y"), 100 + place),
            registered_on: published.0.format("%Y年%m月%d日").to_string(),
            case_number: format!("({})云执{}号", published.0.format("%Y"), 500 + place),
            ground_issuer: "云岭县人民法院".to_owned(),
            duty: "归还借款本金及利息".to_owned(),
            performance: (*demo.pick(&["全部未履行", "部分未履行"])).to_owned(),
            circumstances: "有履行能力而拒不履行生效法律文书确定义务".to_owned(),
            kind: "有履行能力而拒不履行".to_owned(),
            published_at: published,
            created_at: since,
            updated_at: since,
        });
    }
    let number = |count: usize| i64::try_from(count).unwrap_or_default();
    let (found, began) = (number(rows.len()), demo.ago(30));
    diesel::insert_into(dishonest_persons::table).values(Many(rows)).run(conn).await?;
    let starter: Option<i64> =
        bank_staff::table.select(bank_staff::account_id).order(bank_staff::id).limit(1).opt(conn).await?;
    let job = (
        background_jobs::kind.eq(JobKind::DishonestPersonImport),
        background_jobs::account_id.eq(starter),
        background_jobs::status.eq(JobStatus::Finished),
        background_jobs::progress.eq(last),
        background_jobs::total.eq(number(total)),
        background_jobs::done.eq(number(total)),
        background_jobs::found.eq(found),
        background_jobs::failed.eq(0_i64),
        background_jobs::tries.eq(0),
        background_jobs::created_at.eq(began),
        background_jobs::updated_at.eq(Time::from(began.0 + chrono::Duration::minutes(7))),
    );
    diesel::insert_into(background_jobs::table).values(job).run(conn).await?;
    Ok(())
}
