//! What staff of the bank have to do.

use diesel::{ExpressionMethods as _, QueryDsl as _};
use quintet::db::{Day, Run as _, Time, tables::work_items};
use serde_json::{Value, json};

use crate::{
    app::{Caller, TestApp, both},
    bank::id_number,
    credit::grid::Grids,
    service::ids,
};

const DRAFT: &str =
    "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { databaseId } } }";

async fn draft(caller: &Caller, serial: u32, grid: Option<i64>) {
    let input = json!({"name": format!("李草{serial}"), "idNumber": id_number("19800101", serial), "gridId": grid});
    caller.query_with(DRAFT, json!({"input": input})).await.ok();
}

/// Numbers of the items that meet the filter
async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "workItems", "WorkItemFilter", filter).await
}

/// Puts an item's times some days off
async fn shift(app: &TestApp, item: i64, starts: i64, ends: i64) {
    let at = |days: i64| Time::from(Time::now().0 + chrono::Duration::days(days));
    let row = diesel::update(work_items::table.filter(work_items::id.eq(item)));
    let set = (work_items::starts_at.eq(at(starts)), work_items::ends_at.eq(at(ends)));
    row.set(set).run(&mut app.app.db.write().await.unwrap()).await.unwrap();
}

both! {
    async fn drafts_are_to_be_completed(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        draft(&bank.manager, 1, Some(1)).await;
        draft(&bank.manager, 2, None).await;
        draft(&other, 3, Some(2)).await;
        let one = "{ workItem(id: 1) { kind status description originator entrance startsAt endsAt
            staff { name } customer { name workItems { nodes { databaseId } } } } }";
        let item = bank.manager.query(one).await.ok()["workItem"].clone();
        let time = |name: &str| chrono::DateTime::parse_from_rfc3339(item[name].as_str().unwrap()).unwrap();
        assert_eq!((time("endsAt") - time("startsAt")).num_hours(), 7 * 24 - 1, "a week, less what it took");
        assert_eq!((&item["kind"], &item["status"], &item["entrance"]), (&json!("CUSTOMER_FILE"), &json!("OPEN"), &json!("OPEN_TASKS")));
        assert_eq!((&item["description"], &item["originator"]), (&json!("完善客户李草1的档案"), &json!("员工manager")));
        assert_eq!(item["customer"], json!({"name": "李草1", "workItems": {"nodes": [{"databaseId": 1}]}}));

        // A draft that is deleted is no more to do.
        bank.manager.query("mutation { bankCustomerDraftDelete(id: 2) { bankCustomer { name } } }").await.ok();
        let gone = "{ workItem(id: 2) { status entrance customer { name } } }";
        assert_eq!(bank.manager.query(gone).await.ok()["workItem"],
            json!({"status": "CANCELLED", "entrance": "CANCELLED_TASKS", "customer": null}));
        // One that stays a draft is still to do, and one whose time is over is urgent.
        let update = "mutation { bankCustomerDraftUpdate(id: 1, input: {ethnicity: \"汉族\"}) { bankCustomer { name } } }";
        bank.manager.query(update).await.ok();
        shift(&app, 3, -9, -2).await;
        for (caller, filter, items) in [
            (&bank.president, json!({}), vec![2, 1, 3]),
            (&bank.boss, json!({"status": "OPEN"}), vec![1]),
            (&bank.boss, json!({"status": "URGENT"}), vec![3]),
            (&bank.boss, json!({"status": "CANCELLED"}), vec![2]),
            (&bank.boss, json!({"status": "FINISHED"}), vec![]),
            (&bank.boss, json!({"kind": "CUSTOMER_FILE", "staffId": 5}), vec![3]),
            (&bank.boss, json!({"kind": "VISIT"}), vec![]),
            (&bank.manager, json!({}), vec![2, 1]),
            (&bank.manager, json!({"staffId": 2}), vec![2, 1]),
            (&other, json!({}), vec![3]),
        ] {
            assert_eq!(found(caller, filter.clone()).await, items, "{filter}");
        }
        assert_eq!(bank.boss.query("{ workItem(id: 3) { status } }").await.ok()["workItem"]["status"], "URGENT");
    }

    async fn a_complete_draft_is_done(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        draft(&bank.manager, 1, Some(1)).await;
        // What makes a draft complete is the business of customers; here its keeper's item shall follow.
        let input = complete();
        let update = "mutation($input: BankCustomerInput!) { bankCustomerUpdate(id: 1, input: $input) { bankCustomer { status } } }";
        let status = bank.manager.query_with(update, json!({"input": input})).await.ok();
        assert_eq!(status["bankCustomerUpdate"]["bankCustomer"]["status"], "NORMAL");
        let item = "{ workItem(id: 1) { status entrance } }";
        assert_eq!(bank.manager.query(item).await.ok()["workItem"], json!({"status": "FINISHED", "entrance": "FINISHED_TASKS"}));

        // The same by the status alone.
        let mut input = complete();
        input["name"] = json!("李草2");
        input["idNumber"] = json!(id_number("19800101", 3));
        bank.manager.query_with(DRAFT, json!({"input": input})).await.ok();
        assert_eq!(found(&bank.manager, json!({"status": "OPEN"})).await, [2]);
        let set = "mutation { bankCustomerStatusSet(id: 2, status: NORMAL) { bankCustomer { status } } }";
        bank.manager.query(set).await.ok();
        assert_eq!(found(&bank.manager, json!({"status": "FINISHED"})).await, [2, 1]);
        bank.manager.query("mutation { bankCustomerStatusSet(id: 2, status: FROZEN) { bankCustomer { status } } }").await.ok();
        assert_eq!(found(&bank.manager, json!({})).await, [2, 1], "a customer who is none does not begin again");
    }

    async fn days_and_rights_narrow(app: TestApp) {
        let Grids { bank, other, west } = Grids::new(&app).await;
        for serial in 1..=3 {
            draft(&bank.manager, serial, Some(1)).await;
        }
        shift(&app, 1, -20, 1).await;
        shift(&app, 2, -10, 1).await;
        let day = |ago: u64| (Day::today(app.app.config.time_zone).0 - chrono::Days::new(ago)).to_string();
        for (filter, items) in [
            (json!({"from": day(10)}), vec![3, 2]),
            (json!({"to": day(10)}), vec![2, 1]),
            (json!({"from": day(10), "to": day(10)}), vec![2]),
            (json!({"from": day(9), "to": day(1)}), vec![]),
        ] {
            assert_eq!(found(&bank.president, filter.clone()).await, items, "{filter}");
        }
        let of = |staff: i64| format!("{{ workItems(filter: {{staffId: {staff}}}) {{ totalCount }} }}");
        assert_eq!(bank.president.query(&of(2)).await.ok()["workItems"]["totalCount"], 3);
        assert_eq!(west.query("{ workItems { totalCount } workItem(id: 1) { kind } }").await.ok(),
            json!({"workItems": {"totalCount": 0}, "workItem": null}));
        for (caller, staff) in [(&other, 2), (&west, 2), (&bank.president, 6), (&bank.boss, 77)] {
            assert_eq!(caller.query(&of(staff)).await.code(), "FORBIDDEN");
        }
        assert_eq!(app.nobody().query(&of(2)).await.code(), "UNAUTHENTICATED");
    }

    async fn a_customer_takes_his_money_to_his_grid(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let product = json!({"name": "存款", "rate": "1", "description": "x", "balanceKind": "DEPOSIT"});
        crate::service::create(&bank.admin, "bankProductCreate", product).await;
        draft(&bank.boss, 1, None).await;
        let account = json!({"idNumber": id_number("19800101", 1), "productCode": "BP000001", "name": "x", "cardNumber": "1",
            "rate": 1, "balance": 12});
        let enter = "mutation($accounts: [ProductAccountInput!]!) { productAccountCreate(input: {accounts: $accounts}) { productAccounts { id } } }";
        bank.boss.query_with(enter, json!({"accounts": [account]})).await.ok();
        let year = &Day::today(app.app.config.time_zone).0.to_string()[..4];
        let asked = format!("{{ balanceStatistics(branchCode: \"17000\", kind: DEPOSIT, year: {year}, period: YEAR) {{ amount people }} }}");
        let sums = async || bank.boss.query(&asked).await.ok()["balanceStatistics"].to_string();
        let row = |amount: i64| format!("{{\"amount\":\"{amount}.00\",\"people\":{}}}", i64::from(amount > 0));
        // The headquarters, branch 17001, branch 17002
        assert_eq!(sums().await, format!("[{},{},{}]", row(0), row(0), row(0)), "he belongs to no grid yet");
        for (grid, east, west) in [(1, 12, 0), (4, 0, 12), (2, 12, 0)] {
            let update = format!("mutation {{ bankCustomerDraftUpdate(id: 1, input: {{gridId: {grid}}}) {{ bankCustomer {{ name }} }} }}");
            bank.boss.query(&update).await.ok();
            assert_eq!(sums().await, format!("[{},{},{}]", row(12), row(east), row(west)));
        }
        bank.boss.query("mutation { bankCustomerDraftDelete(id: 1) { bankCustomer { name } } }").await.ok();
        assert_eq!(sums().await, format!("[{},{},{}]", row(0), row(0), row(0)));
    }
}

/// All that a customer who is no draft must have
fn complete() -> Value {
    json!({
        "name": "李草1", "idNumber": id_number("19800101", 1), "gridId": 1, "idKind": "RESIDENT_CARD", "nativePlace": "四川成都",
        "phone": "19900000001", "householdNumber": "7", "registeredAddress": "柳树村1号", "residenceAddress": "柳树村1号",
        "maritalStatus": "MARRIED", "education": "HIGH", "livingSituation": "租房", "health": "HEALTHY",
        "borrowerKind": "FARMING", "isShareholder": false, "isEmployee": false, "isBusinessOwner": false, "isFarmer": true,
        "creditNumber": "1", "occupation": "FARMING", "workingYears": 3, "employerName": "无", "employerAddress": "无",
        "investigator": "张三", "secondInvestigator": "李四",
    })
}
