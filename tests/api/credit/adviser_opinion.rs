//! What advisers think of people, and what is known of customers' credit.

use quintet::db::Conn;
use serde_json::{Value, json};

use super::grid::Grids;
use crate::{
    app::{TestApp, both},
    bank::id_number,
    customers::{bank_customer::customers, resident::permit},
    service::{change, create, creation, deletion, ids},
};

fn opinion(grid: i64) -> Value {
    json!({"gridId": grid, "name": "柳安宁", "idNumber": id_number("19850517", u32::try_from(grid).unwrap()),
        "phone": "+86 199 0000 0001", "income": "80000.50", "creditLimit": 50000, "signedOn": "2026-11-20", "adviserName": "何晓",
        "address": "1号"})
}

async fn opinions(app: &TestApp) -> Grids {
    let grids = customers(app).await;
    for grid in 1..=5 {
        create(&grids.bank.boss, "adviserOpinionCreate", opinion(grid)).await;
    }
    grids
}

both! {
    async fn opinions_follow_the_grid(app: TestApp) {
        let Grids { bank, other, west } = opinions(&app).await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]),
            (&bank.admin, vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3]),
            (&other, vec![2]),
        ] {
            assert_eq!(ids(caller, "adviserOpinions", "AdviserOpinionFilter", json!({})).await, found);
        }
        for caller in [&bank.manager, &west] {
            assert_eq!(caller.query("{ adviserOpinion(id: 2) { name } }").await.ok(), json!({"adviserOpinion": null}));
            let update = json!({"id": 2, "input": {"name": "别人"}});
            assert_eq!(caller.query_with(&change("adviserOpinionUpdate", "name"), update).await.code(), "NOT_FOUND");
            assert_eq!(caller.query_with(&deletion("adviserOpinionDelete"), json!({"id": 2})).await.code(), "NOT_FOUND");
            let refused = caller.query_with(&creation("adviserOpinionCreate"), json!({"input": opinion(2)})).await.error();
            assert_eq!(refused.1, "input.gridId");
        }
        let away = json!({"id": 1, "input": {"gridId": 2}});
        assert_eq!(bank.manager.query_with(&change("adviserOpinionUpdate", "name"), away).await.error().1, "input.gridId");
        bank.manager.query_with(&deletion("adviserOpinionDelete"), json!({"id": 1})).await.ok();
        assert_eq!(ids(&bank.manager, "adviserOpinions", "AdviserOpinionFilter", json!({})).await, [3]);
        let of_customer = "{ bankCustomer(id: 3) { adviserOpinions { databaseId customer { databaseId } } } }";
        let both_ways = json!([{"databaseId": 3, "customer": {"databaseId": 3}}]);
        assert_eq!(bank.president.query(of_customer).await.ok()["bankCustomer"]["adviserOpinions"], both_ways);
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query("{ adviserOpinions { nodes { name } } }").await.code(), "FORBIDDEN");
        assert_eq!(bank.president.query(of_customer).await.ok()["bankCustomer"]["adviserOpinions"], json!([]));
        assert_eq!(app.nobody().query("{ adviserOpinion(id: 2) { name } }").await.code(), "UNAUTHENTICATED");
    }

    async fn filters_and_limits(app: TestApp) {
        let Grids { bank, .. } = opinions(&app).await;
        let update = change("adviserOpinionUpdate", "name phone income expenditure creditLimit comment adviserName");
        let input = json!({"name": "周子晴", "adviserName": "何宁", "income": null, "expenditure": "99999999.99", "comment": "好"});
        let changed = bank.boss.query_with(&update, json!({"id": 2, "input": input})).await.ok();
        assert_eq!(changed["adviserOpinionUpdate"]["adviserOpinion"], json!({"name": "周子晴", "phone": "19900000001", "income": null,
            "expenditure": "99999999.99", "creditLimit": "50000.00", "comment": "好", "adviserName": "何宁"}));
        for (filter, found) in [
            (json!({"adviserName": "何宁"}), vec![2]),
            (json!({"adviserName": "何"}), vec![1, 2, 3, 4, 5]),
            (json!({"name": "周"}), vec![2]),
            (json!({"idNumber": id_number("19850517", 3).to_lowercase()}), vec![3]),
            (json!({"gridId": 4}), vec![4]),
            (json!({"gridCode": "B-1"}), vec![3]),
        ] {
            assert_eq!(ids(&bank.boss, "adviserOpinions", "AdviserOpinionFilter", filter.clone()).await, found, "{filter}");
        }
        for (field, value) in [
            ("income", json!("100000000")),
            ("expenditure", json!("-0.01")),
            ("creditLimit", json!("0.001")),
            ("idNumber", json!("539900198505170770")),
            ("phone", json!("x")),
            ("name", json!("柳".repeat(21))),
            ("signedOn", json!("x".repeat(17))),
            ("adviserName", json!(" ")),
            ("address", json!("x".repeat(51))),
            ("comment", json!("x".repeat(256))),
        ] {
            let refused = ("BAD_USER_INPUT".to_owned(), format!("input.{field}"));
            assert_eq!(bank.boss.query_with(&update, json!({"id": 2, "input": {field: value}})).await.error(), refused);
            let mut input = opinion(1);
            input[field] = value.clone();
            assert_eq!(bank.boss.query_with(&creation("adviserOpinionCreate"), json!({"input": input})).await.error(), refused, "{value}");
        }
    }

    async fn profiles_follow_the_customer(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let sql = "INSERT INTO credit_profiles (customer_id, credit_used, mortgage_debt, business_debt, consumer_debt, mortgage_left,
            business_left, consumer_left, overdue_records, overdue_amount, identity, address, second_address, third_address, spouse,
            neighbourhood, has_bad_habits, has_bad_credit, is_dishonest, created_at, updated_at)
            SELECT id, 12345600, 2, 3, 4, 5, 6, 7, 8, 9, 'i', 'a', 'b', 'c', 'd', 'e', false, true, false, created_at, updated_at
            FROM bank_customers WHERE id <= 2";
        let mut conn: Conn = app.app.db.write().await.unwrap();
        conn.batch(sql).await.unwrap();
        drop(conn);
        let number = id_number("19850517", 1);
        let read = "query($number: String!) { creditProfile(idNumber: $number) { creditUsed hasBadCredit idNumber customer { databaseId } }
            bankCustomer(id: 1) { creditProfile { overdueRecords } } }";
        let read = async |caller: &crate::app::Caller| caller.query_with(read, json!({"number": number})).await;
        let whole = json!({"creditProfile": {"creditUsed": "1234.56", "hasBadCredit": true, "idNumber": number,
            "customer": {"databaseId": 1}}, "bankCustomer": {"creditProfile": {"overdueRecords": 8}}});
        for caller in [&bank.manager, &bank.president, &bank.admin, &bank.boss] {
            assert_eq!(read(caller).await.ok(), whole);
        }
        assert_eq!(read(&other).await.ok(), json!({"creditProfile": null, "bankCustomer": null}));
        let third = json!({"number": id_number("19850517", 3)});
        let none = "query($number: String!) { creditProfile(idNumber: $number) { creditUsed } }";
        assert_eq!(bank.manager.query_with(none, third).await.ok(), json!({"creditProfile": null}));
        permit(&bank, &[14]).await;
        assert_eq!(read(&bank.president).await.code(), "FORBIDDEN");
        let below = bank.president.query("{ bankCustomer(id: 1) { creditProfile { creditUsed } } }").await.ok();
        assert_eq!(below, json!({"bankCustomer": {"creditProfile": null}}));
        assert_eq!(read(&app.nobody()).await.code(), "UNAUTHENTICATED");
    }
}
