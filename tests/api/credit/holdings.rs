//! What customers have at the bank and owe it: accounts, the core system's feed, history, statistics, alerts.

use chrono::Datelike as _;
use diesel::ExpressionMethods as _;
use quintet::db::{Day, Run as _, Time, sql::Many, tables::bank_customers};
use serde_json::{Value, json};

use super::grid::Grids;
use crate::{
    app::{Caller, TestApp, both},
    bank::id_number,
    service::{create, ids},
};

/// Customers 1 to 4, one in each of the grids 1 to 4; products BP000001 (deposits), BP000002 (loans), BP000003 (closed)
pub async fn holders(app: &TestApp) -> Grids {
    let grids = Grids::new(app).await;
    let now = Time::now();
    let row = |number: i64| {
        (
            bank_customers::grid_id.eq(number),
            bank_customers::keeper_id.eq(2),
            bank_customers::status.eq(5),
            bank_customers::name.eq(format!("客户{number}")),
            bank_customers::sex.eq(1),
            bank_customers::id_number.eq(of(number)),
            bank_customers::birthday.eq(Day::today(chrono_tz::UTC)),
            bank_customers::created_at.eq(now),
            bank_customers::updated_at.eq(now),
        )
    };
    let mut conn = app.app.db.write().await.unwrap();
    diesel::insert_into(bank_customers::table).values(Many((1..=4).map(row).collect())).run(&mut conn).await.unwrap();
    // SQLite has one connection for writing.
    drop(conn);
    for (name, kind, is_open) in
        [("存款", json!("DEPOSIT"), true), ("贷款", json!("LOAN"), true), ("旧", json!(null), false)]
    {
        let input = json!({"name": name, "rate": "1", "description": "x", "balanceKind": kind, "isOpen": is_open});
        create(&grids.bank.admin, "bankProductCreate", input).await;
    }
    grids
}

/// Id number of a customer
pub fn of(customer: i64) -> String {
    id_number("19800101", u32::try_from(customer).unwrap())
}

pub fn account(customer: i64, product: &str, balance: &str) -> Value {
    json!({
        "idNumber": of(customer), "productCode": product, "name": "户", "cardNumber": format!("62{customer}"),
        "rate": "1.5", "balance": balance,
    })
}

const ENTER: &str =
    "mutation($accounts: [ProductAccountInput!]!) { productAccountCreate(input: {accounts: $accounts}) {
    productAccounts { databaseId balance customer { name } product { code } } } }";
const CHANGE: &str =
    "mutation($accounts: [ProductAccountBalanceInput!]!) { productAccountUpdate(input: {accounts: $accounts}) {
    productAccounts { databaseId balance } } }";
pub const FEED: &str = "mutation($input: BalanceFeedInput!) { balanceFeed(input: $input) {
    unknown balanceSummaries { databaseId depositTotal loanTotal customer { name } } } }";

/// Deposits and loans of customers at the end of a day
pub fn feed(day: &str, rows: &[(i64, &str, &str)]) -> Value {
    let row = |(customer, deposit, loan): &(i64, &str, &str)| {
        let mut balances = json!({"loanTotal": loan});
        for kind in ["deposit", "current", "fixed"] {
            for figure in ["Total", "MonthAverage", "QuarterAverage", "YearAverage", "Point"] {
                balances[format!("{kind}{figure}")] = json!(if kind == "deposit" { *deposit } else { "0" });
            }
        }
        json!({"idNumber": of(*customer), "balances": balances})
    };
    json!({"input": {"day": day, "customers": rows.iter().map(row).collect::<Vec<_>>()}})
}

async fn fed(caller: &Caller, day: &str, rows: &[(i64, &str, &str)]) -> Value {
    caller.query_with(FEED, feed(day, rows)).await.ok()["balanceFeed"].clone()
}

/// The history of a customer, oldest first: day, balance, change
async fn history(caller: &Caller, customer: i64, kind: &str) -> Vec<(String, String, String)> {
    let document = "query($number: String!) { accountHolder(idNumber: $number) { balanceChanges(last: 50) { nodes { kind day balance change } } } }";
    let answer = caller.query_with(document, json!({"number": of(customer)})).await.ok();
    let mut rows = answer["accountHolder"]["balanceChanges"]["nodes"].as_array().unwrap().clone();
    rows.reverse();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows.iter().filter(|row| row["kind"] == kind);
    rows.map(|row| (text(row, "day"), text(row, "balance"), text(row, "change"))).collect()
}

/// Per branch: code, amount, people, and the points of its year
async fn statistics(caller: &Caller, branch: &str, year: i32, period: &str) -> Vec<(String, String, i64, Vec<String>)> {
    let document = "query($branch: String!, $year: Int!, $period: Period!) {
        balanceStatistics(branchCode: $branch, kind: DEPOSIT, year: $year, period: $period) {
            branch { code } amount people points { time amount change people } } }";
    let answer = caller.query_with(document, json!({"branch": branch, "year": year, "period": period})).await.ok();
    let rows = answer["balanceStatistics"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let point = |point: &Value| {
        format!("{} {} {} {}", text(&point["time"]), text(&point["amount"]), text(&point["change"]), point["people"])
    };
    rows.iter()
        .map(|row| {
            let points = row["points"].as_array().unwrap().iter().map(point).collect();
            (text(&row["branch"]["code"]), text(&row["amount"]), row["people"].as_i64().unwrap(), points)
        })
        .collect()
}

fn plain(code: &str, amount: &str, people: i64) -> (String, String, i64) {
    (code.to_owned(), amount.to_owned(), people)
}

async fn sums(caller: &Caller, branch: &str, year: i32) -> Vec<(String, String, i64)> {
    let rows = statistics(caller, branch, year, "YEAR").await;
    rows.into_iter().map(|(code, amount, people, _)| (code, amount, people)).collect()
}

const ALERTS: &str = "query($kind: BalanceKind!, $amount: Money, $branch: String) {
    balanceAlerts(kind: $kind, amount: $amount, branchCode: $branch) { totalCount nodes { amount message customer { name } branch { code level } } } }";

async fn alerts(caller: &Caller, amount: &str, branch: Option<&str>) -> Vec<String> {
    let variables = json!({"kind": "DEPOSIT", "amount": amount, "branch": branch});
    let answer = caller.query_with(ALERTS, variables).await.ok()["balanceAlerts"].clone();
    let rows = answer["nodes"].as_array().unwrap();
    assert_eq!(answer["totalCount"], rows.len());
    rows.iter()
        .map(|row| format!("{} {}", row["customer"]["name"].as_str().unwrap(), row["amount"].as_str().unwrap()))
        .collect()
}

both! {
    async fn accounts_are_entered_and_changed(app: TestApp) {
        let Grids { bank, other, .. } = holders(&app).await;
        let input = json!({"accounts": [account(1, "BP000001", "100.5"), account(3, "BP000002", "7"), account(1, "BP000001", "1")]});
        let entered = bank.manager.query_with(ENTER, input).await.ok()["productAccountCreate"]["productAccounts"].clone();
        assert_eq!(entered, json!([
            {"databaseId": 1, "balance": "100.50", "customer": {"name": "客户1"}, "product": {"code": "BP000001"}},
            {"databaseId": 2, "balance": "7.00", "customer": {"name": "客户3"}, "product": {"code": "BP000002"}},
            {"databaseId": 3, "balance": "1.00", "customer": {"name": "客户1"}, "product": {"code": "BP000001"}},
        ]));
        // Both of one customer's accounts count, and the newest balance of a day replaces the one before.
        let today = Day::today(app.app.config.time_zone).0.to_string();
        let now = |balance: &str| vec![(today.clone(), balance.to_owned(), balance.to_owned())];
        assert_eq!(history(&bank.manager, 1, "DEPOSIT").await, now("101.50"));
        assert_eq!(history(&bank.manager, 3, "LOAN").await, now("7.00"));
        assert_eq!(history(&bank.manager, 3, "DEPOSIT").await, []);
        let changed = bank.president.query_with(CHANGE, json!({"accounts": [{"id": 3, "balance": "2"}, {"id": 1, "balance": "0"}]})).await;
        assert_eq!(changed.ok()["productAccountUpdate"]["productAccounts"],
            json!([{"databaseId": 1, "balance": "0.00"}, {"databaseId": 3, "balance": "2.00"}]));
        assert_eq!(history(&bank.manager, 1, "DEPOSIT").await, now("2.00"));

        for (filter, found) in [
            (json!({}), vec![1, 2, 3]), (json!({"customerId": 1}), vec![1, 3]), (json!({"productId": 2}), vec![2]),
            (json!({"cardNumber": "623"}), vec![2]),
        ] {
            assert_eq!(ids(&bank.manager, "productAccounts", "ProductAccountFilter", filter).await, found);
        }
        let related = "{ bankProduct(id: 1) { accounts { nodes { databaseId } } } productAccount(id: 1) { databaseId } }";
        let related = bank.admin.query(related).await.ok();
        assert_eq!(related["bankProduct"]["accounts"]["nodes"], json!([{"databaseId": 1}, {"databaseId": 3}]));

        // Of a foreign customer nothing is seen, entered or changed; nor is anything where one of many is wrong.
        let seen = "{ productAccount(id: 1) { name } productAccounts { totalCount } }";
        assert_eq!(other.query(seen).await.ok(), json!({"productAccount": null, "productAccounts": {"totalCount": 0}}));
        let good = account(1, "BP000001", "5");
        for (bad, field) in [
            (account(2, "BP000001", "5"), "idNumber"),
            (account(9, "BP000001", "5"), "idNumber"),
            (account(1, "BP000003", "5"), "productCode"),
            (account(1, "BP000009", "5"), "productCode"),
            (account(1, "BP000001", "-0.01"), "balance"),
            (account(1, "BP000001", "100000000000.01"), "balance"),
            (json!({"idNumber": of(1), "productCode": "BP000001", "name": " ", "cardNumber": "1", "rate": 1, "balance": 1}), "name"),
            (json!({"idNumber": of(1), "productCode": "BP000001", "name": "x", "cardNumber": "", "rate": 1, "balance": 1}), "cardNumber"),
            (json!({"idNumber": of(1), "productCode": "BP000001", "name": "x", "cardNumber": "1", "rate": 101, "balance": 1}), "rate"),
        ] {
            let error = bank.manager.query_with(ENTER, json!({"accounts": [good, bad]})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".into(), format!("input.accounts[1].{field}")));
        }
        for (caller, accounts, field) in [
            (&other, json!([{"id": 1, "balance": 9}]), "accounts[0].id"),
            (&bank.manager, json!([{"id": 1, "balance": 9}, {"id": 77, "balance": 9}]), "accounts[1].id"),
            (&bank.manager, json!([{"id": 1, "balance": 9}, {"id": 1, "balance": 8}]), "accounts[1].id"),
            (&bank.manager, json!([{"id": 1, "balance": -1}]), "accounts[0].balance"),
            (&bank.manager, json!([]), "accounts"),
            (&bank.manager, (0..501).map(|id| json!({"id": id, "balance": 1})).collect(), "accounts"),
        ] {
            assert_eq!(caller.query_with(CHANGE, json!({"accounts": accounts})).await.error().1, format!("input.{field}"));
        }
        assert_eq!(ids(&bank.boss, "productAccounts", "ProductAccountFilter", json!({})).await, [1, 2, 3]);
        assert_eq!(history(&bank.manager, 1, "DEPOSIT").await, now("2.00"));
        assert_eq!(app.nobody().query(seen).await.code(), "UNAUTHENTICATED");
        let log = "{ auditEntries { nodes { action entity before after } } }";
        let log = app.admin().await.query(log).await.ok()["auditEntries"]["nodes"].to_string();
        assert!(log.contains("productAccountCreate") && log.contains("productAccountUpdate"), "{log}");
    }

    async fn the_core_system_has_the_last_word(app: TestApp) {
        let Grids { bank, .. } = holders(&app).await;
        bank.manager.query_with(ENTER, json!({"accounts": [account(1, "BP000001", "100")]})).await.ok();
        let first = fed(&bank.admin, "2024-03-10", &[(1, "500", "40"), (2, "30", "0"), (9, "1", "1")]).await;
        assert_eq!(first, json!({"unknown": [of(9)], "balanceSummaries": [
            {"databaseId": 1, "depositTotal": "500.00", "loanTotal": "40.00", "customer": {"name": "客户1"}},
            {"databaseId": 2, "depositTotal": "30.00", "loanTotal": "0.00", "customer": {"name": "客户2"}},
        ]}));
        let today = Day::today(app.app.config.time_zone).0.to_string();
        let row = |day: &str, balance: &str, change: &str| (day.to_owned(), balance.to_owned(), change.to_owned());
        // An earlier day than the one that is known changes what came after it.
        assert_eq!(history(&bank.boss, 1, "DEPOSIT").await,
            [row("2024-03-10", "500.00", "500.00"), row(&today, "100.00", "-400.00")]);
        // From now on his accounts count no more.
        bank.manager.query_with(CHANGE, json!({"accounts": [{"id": 1, "balance": "9000000"}]})).await.ok();
        fed(&bank.admin, &today, &[(1, "600", "40")]).await;
        fed(&bank.admin, "2024-05-01", &[(1, "550", "0")]).await;
        let all = [
            row("2024-03-10", "500.00", "500.00"), row("2024-05-01", "550.00", "50.00"), row(&today, "600.00", "50.00"),
        ];
        assert_eq!(history(&bank.boss, 1, "DEPOSIT").await, all);
        let loans = [row("2024-03-10", "40.00", "40.00"), row("2024-05-01", "0.00", "-40.00"), row(&today, "40.00", "40.00")];
        assert_eq!(history(&bank.boss, 1, "LOAN").await, loans);
        // The same again is nothing new, and a late day is not the last word.
        let again = fed(&bank.admin, &today, &[(1, "600", "40")]).await;
        assert_eq!(again, json!({"unknown": [], "balanceSummaries": []}));
        assert_eq!(history(&bank.boss, 1, "DEPOSIT").await, all);
        let one = format!("{{ accountHolder(idNumber: \"{}\") {{ balanceSummary {{ day depositTotal currentPoint idNumber }} }} }}", of(1));
        let summary = json!({"day": today, "depositTotal": "600.00", "currentPoint": "0.00", "idNumber": of(1)});
        assert_eq!(bank.manager.query(&one).await.ok()["accountHolder"]["balanceSummary"], summary);
        assert_eq!(bank.president.query(&one).await.ok()["accountHolder"]["balanceSummary"], summary);
        let foreign = format!("{{ accountHolder(idNumber: \"{}\") {{ name }} }}", of(2));
        assert_eq!(bank.manager.query(&foreign).await.ok()["accountHolder"], Value::Null);

        for caller in [&bank.manager, &bank.accountant, &bank.president] {
            assert_eq!(caller.query_with(FEED, feed("2024-01-01", &[])).await.code(), "FORBIDDEN");
        }
        let tomorrow = (Day::today(app.app.config.time_zone).0 + chrono::Days::new(1)).to_string();
        let many: Vec<_> = (0..501).map(|number| (number, "1", "1")).collect();
        for (input, field) in [
            (feed(&tomorrow, &[]), "day"),
            (feed("1969-12-31", &[]), "day"),
            (feed("2024-01-01", &[(1, "1", "1"), (1, "1", "1")]), "customers[1].idNumber"),
            (feed("2024-01-01", &[(1, "-1", "1")]), "customers[0].balances.depositTotal"),
            (feed("2024-01-01", &[(1, "1", "1"), (2, "1", "-1")]), "customers[1].balances.loanTotal"),
            (feed("2024-01-01", &many), "customers"),
        ] {
            assert_eq!(bank.admin.query_with(FEED, input).await.error(), ("BAD_USER_INPUT".into(), format!("input.{field}")));
        }
    }

    async fn statistics_add_up_what_is_below(app: TestApp) {
        let Grids { bank, other, west } = holders(&app).await;
        fed(&bank.admin, "2023-12-31", &[(1, "100", "0")]).await;
        fed(&bank.admin, "2024-02-10", &[(1, "150.25", "0"), (2, "10", "0"), (4, "1000000.0001", "0")]).await;
        fed(&bank.admin, "2024-05-31", &[(2, "0", "0"), (3, "7", "0")]).await;
        // Grids 1 and 2 are at the office 17101 below 17001, grid 3 at 17001 itself, grid 4 at 17002.
        let whole = statistics(&bank.admin, "17000", 2024, "QUARTER").await;
        assert_eq!(whole, [
            ("17000".into(), "1000157.2501".into(), 3, vec![
                "2024-Q1 1000160.2501 1000060.2501 3".to_owned(), "2024-Q2 1000157.2501 -3.00 3".into(),
                "2024-Q3 1000157.2501 0.00 3".into(), "2024-Q4 1000157.2501 0.00 3".into(),
            ]),
            ("17001".into(), "157.25".into(), 2, vec![
                "2024-Q1 160.25 60.25 2".into(), "2024-Q2 157.25 -3.00 2".into(), "2024-Q3 157.25 0.00 2".into(),
                "2024-Q4 157.25 0.00 2".into(),
            ]),
            ("17002".into(), "1000000.0001".into(), 1, vec![
                "2024-Q1 1000000.0001 1000000.0001 1".into(), "2024-Q2 1000000.0001 0.00 1".into(),
                "2024-Q3 1000000.0001 0.00 1".into(), "2024-Q4 1000000.0001 0.00 1".into(),
            ]),
        ]);
        let months = statistics(&bank.president, "17101", 2024, "MONTH").await;
        assert_eq!(months[0].3[0..6], ["2024-01 100.00 0.00 1", "2024-02 160.25 60.25 2", "2024-03 160.25 0.00 2",
            "2024-04 160.25 0.00 2", "2024-05 150.25 -10.00 1", "2024-06 150.25 0.00 1"]);
        assert_eq!((months.len(), months[0].3.len()), (1, 12));
        assert_eq!(sums(&bank.accountant, "17001", 2023).await, [plain("17001", "100.00", 1), plain("17101", "100.00", 1)]);
        assert_eq!(sums(&bank.boss, "17000", 2022).await[0], plain("17000", "0.00", 0));
        assert_eq!(sums(&bank.boss, "17000", 9999).await, []);
        let this = statistics(&bank.boss, "17000", Day::today(app.app.config.time_zone).0.year(), "MONTH").await;
        let begun = usize::try_from(Day::today(app.app.config.time_zone).0.month()).unwrap();
        assert_eq!((this[0].3.len(), &*this[0].1), (begun, "1000157.2501"), "no month that has not begun");

        // A grid takes its money along to another branch, a customer to another grid from now on.
        bank.boss.query("mutation { gridUpdate(id: 2, input: {branchId: 3}) { grid { code } } }").await.ok();
        assert_eq!(statistics(&west, "17002", 2024, "MONTH").await[0].3[1], "2024-02 1000010.0001 1000010.0001 2");
        bank.boss.query("mutation { gridUpdate(id: 3, input: {branchId: 3}) { grid { code } } }").await.ok();
        assert_eq!(sums(&west, "17002", 2024).await, [plain("17002", "1000007.0001", 2)]);
        assert_eq!(bank.boss.query("mutation { gridDelete(id: 2) { grid { code } } }").await.code(), "CONFLICT");

        // His branch is the most that somebody asks about, and one that does not exist is none of his either.
        assert_eq!(sums(&other, "17101", 2024).await, [plain("17101", "150.25", 1)]);
        let asked = |branch: &str, more: &str| {
            format!("{{ balanceStatistics(branchCode: \"{branch}\", kind: LOAN, period: YEAR{more}) {{ amount people }} }}")
        };
        for (caller, branch) in [(&other, "17001"), (&bank.president, "17002"), (&bank.president, "17000"), (&bank.admin, "1")] {
            assert_eq!(caller.query(&asked(branch, ", year: 2024")).await.code(), "FORBIDDEN", "{branch}");
        }
        assert_eq!(bank.admin.query(&asked("17000", ", year: 2024, branchLevel: 0")).await.ok()["balanceStatistics"][0],
            json!({"amount": "0.00", "people": 0}));
        for (more, field) in [(", year: 2024, branchLevel: 1", "branchLevel"), (", year: 1899", "year"), (", year: 10000", "year")] {
            assert_eq!(bank.admin.query(&asked("17000", more)).await.error().1, field);
        }
        assert_eq!(app.nobody().query(&asked("17000", ", year: 2024")).await.code(), "UNAUTHENTICATED");
    }

    async fn alerts_tell_of_large_changes(app: TestApp) {
        let Grids { bank, other, west } = holders(&app).await;
        fed(&bank.admin, "2024-01-01", &[(1, "6000000", "0"), (2, "99999.9999", "100000"), (4, "5000000", "0")]).await;
        fed(&bank.admin, "2024-01-02", &[(1, "4900000", "0"), (2, "199999.9999", "0"), (3, "100", "0")]).await;
        let newest = ["客户2 100000.00", "客户1 1100000.00", "客户4 5000000.00", "客户1 6000000.00"];
        let at_hand = |rows: Vec<String>| { let mut rows = rows; rows.sort(); rows };
        let expected = |rows: &[&str]| at_hand(rows.iter().map(|row| (*row).to_owned()).collect());
        let all = alerts(&bank.admin, "100000", None).await;
        assert_eq!(at_hand(all.clone()), expected(&newest));
        assert_eq!(at_hand(all[..2].to_vec()), expected(&newest[..2]), "the newest come first");
        for (caller, amount, branch, found) in [
            (&bank.admin, "100000.01", None, &newest[1..]),
            (&bank.admin, "5000000", None, &newest[2..]),
            (&bank.admin, "5000000", Some("17002"), &newest[2..3]),
            (&bank.president, "1000000", None, &["客户1 1100000.00", "客户1 6000000.00"]),
            (&bank.president, "100", None, &["客户3 100.00", "客户2 100000.00", "客户1 1100000.00", "客户2 99999.9999", "客户1 6000000.00"]),
            (&bank.president, "100", Some("17101"), &["客户2 100000.00", "客户1 1100000.00", "客户2 99999.9999", "客户1 6000000.00"]),
            (&west, "100000", None, &["客户4 5000000.00"]),
            (&bank.manager, "100000", None, &["客户1 1100000.00", "客户1 6000000.00"]),
            (&other, "100000", Some("17101"), &["客户2 100000.00"]),
        ] {
            assert_eq!(at_hand(alerts(caller, amount, branch).await), expected(found), "{amount} {branch:?}");
        }
        let loans = loans(&bank.boss).await;
        assert_eq!(loans[0]["message"], "客户客户2于2024年1月2日贷款减少100000.00元，余额0.00元");
        assert_eq!(loans[0]["branch"], json!({"code": "17101", "level": 2}));
        for (caller, branch) in [(&other, "17001"), (&bank.president, "17002"), (&bank.admin, "77")] {
            let variables = json!({"kind": "LOAN", "branch": branch});
            assert_eq!(caller.query_with(ALERTS, variables).await.code(), "FORBIDDEN");
        }
        let negative = bank.admin.query_with(ALERTS, json!({"kind": "LOAN", "amount": "-1"})).await;
        assert_eq!(negative.error(), ("BAD_USER_INPUT".into(), "amount".into()));
        assert_eq!(app.nobody().query_with(ALERTS, json!({"kind": "LOAN"})).await.code(), "UNAUTHENTICATED");
    }
}

/// Alerts of loans with the amount left out
async fn loans(caller: &Caller) -> Vec<Value> {
    let document = "{ balanceAlerts(kind: LOAN) { nodes { message branch { code level } } } }";
    caller.query(document).await.ok()["balanceAlerts"]["nodes"].as_array().unwrap().clone()
}
