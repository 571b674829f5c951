//! How many statements a request takes, and whether indexes serve them.

use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl as _;
use quintet::{
    auth::Realm,
    db::{
        Conn,
        run::{Sent, watched},
    },
    demo,
};
use serde_json::json;

use crate::{
    app::{Caller, both},
    rest::contract::ask,
};

/// The same nested question about few and about many rows
const NESTED: [&str; 10] = [
    "query($n: Int!) { creditInterviews(first: $n) { nodes { name grid { code creditInterviews(first: 2) { nodes { name } } } customer { name } keeper { name creditApprovals(first: 2) { nodes { opinion } } } approvals(first: 3) { nodes { opinion approver { name } interview { name } customer { name } } } } } }",
    "query($n: Int!) { bankCustomers(first: $n) { nodes { name idNumber grid { code manager { name } } owner { name } keeper { name }
        tags { name customerCount } customerTags(first: 3) { nodes { reason tag { name } customer { name } } }
        assets { houses } povertyRecord { reason } spouse { name } } } }",
    "query($n: Int!) { residents(first: $n) { totalCount nodes { name grid { code residents(first: 2) { nodes { name } } } family { address manager { name families(first: 2) { nodes { address } } }
        residents { name } customers { name } } customer { name resident { name } family { address } asFamilyMember { name }
        familyMembers(first: 3) { nodes { name asCustomer { name } customer { name } } } } } } }",
    "query($n: Int!) { loanCustomers(first: $n) { totalCount nodes { name owner { name } officer { account { login } } wechatStatus
        interactions(first: 3) { nodes { at kind summary staff { name } customer { name } } }
        smsMessages(first: 2) { totalCount nodes { content staff { name } customer { code } } } } } }",
    "query($n: Int!) { customers(first: $n) { nodes { realm name owner { name } interactions(first: 2) { nodes { summary staff { name } } } } } }",
    "query($n: Int!) { interactions(first: $n) { nodes { at kind staff { name account { login } } customer { name realm owner { name } } } } }",
    "query($n: Int!) { followUps(first: $n) { nodes { contact { name organization { name } followUps(first: 2) { nodes { event } } } followers { name menuItems { name } } operator { name } } } }",
    "query($n: Int!) { grids(first: $n) { nodes { name branch { name grids(first: 2) { nodes { code } } } manager { name grids(first: 2) { nodes { code } } }
        reviewers(first: 2) { nodes { name grid { code } } } map { coordinates } picture { size } } } }",
    "query($n: Int!) { bankCustomers(first: $n) { nodes { name balanceSummary { idNumber } creditProfile { identity } listEntry { kind grid { code } } adviserOpinions { comment } isDishonest dishonestRecords { court } images { kind uploader { name } interview { stage } } productAccounts(first: 2) { nodes { product { code } customer { name } } }
        balanceChanges(first: 2) { nodes { message branch { code } } } workItems(first: 2) { nodes { status staff { name } } } } } }",
    "query($n: Int!) { estateProjects(first: $n) { nodes { name agents { name } packages(first: 3) { nodes { name } } } } }",
];

both! {
    async fn statements_do_not_grow_with_rows(app: TestApp) {
        let app = app.demo().await;
        let caller = app.sign_in(None, "admin", demo::PASSWORD).await;
        for document in NESTED {
            let mut counts = Vec::new();
            for rows in [40, 160] {
                let answer = caller.query_with(document, json!({"n": rows})).await;
                answer.ok();
                counts.push(answer.statements);
            }
            // Among few rows one kind may be missing, and its relations are not asked; four times the rows must not
            // ask more than that.
            assert!(counts[1] <= counts[0] + 3 && counts[1] < 30, "{counts:?} statements for {document}");
        }
    }

    async fn each_filter_has_an_index(app: TestApp) {
        let mut conn = app.app.db.write().await.unwrap();
        for (table, columns) in FILTERED {
            for column in columns {
                assert!(indexes(&mut conn, table, column).await > 0, "no index of {table} begins with {column}");
            }
        }
        assert_eq!(indexes(&mut conn, "bank_customers", "postcode").await, 0);
    }

    async fn indexes_serve_what_is_documented(app: TestApp) {
        let app = app.demo().await;
        let mut seen = 0;
        for (system, caller) in [
            ("rongzi", app.sign_in(Some(Realm::Loan), "1611", demo::PASSWORD).await),
            ("eartip", app.sign_in(Some(Realm::Service), "18800000001", demo::PASSWORD).await),
            ("ihk", app.nobody()),
        ] {
            seen += explain_all(system, &caller).await;
        }
        assert!(seen > 40, "only {seen} queries were explained");
        let admin = app.sign_in(None, "admin", demo::PASSWORD).await;
        for document in NESTED.iter().chain(&[
            "query($n: Int!) { search(text: \"张\", first: $n) { nodes { name } } }",
            "query($n: Int!) { person(mobile: \"18522222222\") { interactions(first: $n) { nodes { summary } } } }",
            "query($n: Int!) { loanCustomers(filter: {mobile: \"18522222222\"}, first: $n) { nodes { name } } }",
            "query($n: Int!) { loanCustomers(filter: {stages: [NEED]}, first: $n) { nodes { name } } }",
        ]) {
            let (answer, queries) = watched(admin.query_with(document, json!({"n": 20}))).await;
            answer.ok();
            explain(&admin, document, &queries, &LARGE).await;
        }
        let mut explained = [0; OF_BANK.len()];
        // The administrator sees all, and to count all is to read all: he asks only what nobody else may.
        for login in ["president", "manager", "admin"] {
            let caller = app.sign_in(Some(Realm::Bank), login, demo::PASSWORD).await;
            let documents = OF_BANK.iter().zip(&mut explained);
            for (document, explained) in documents.filter(|(_, explained)| login != "admin" || **explained == 0) {
                let (answer, queries) = watched(caller.query(document)).await;
                // A customer manager has another role and another branch than the documents name.
                if answer.body.pointer("/errors/0/extensions/code") == Some(&json!("FORBIDDEN")) {
                    continue;
                }
                answer.ok();
                *explained += explain(&caller, document, &queries, &LARGE_OF_BANK).await;
            }
        }
        assert!(explained.iter().all(|queries| *queries > 0), "{explained:?}");
    }
}

/// How many indexes begin with this column
async fn indexes(conn: &mut Conn, table: &str, column: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        found: i64,
    }
    let found: Vec<Found> = match conn {
        Conn::Lite(conn) => {
            let sql = format!(
                "SELECT count(*) AS found FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS part
                 WHERE part.seqno = 0 AND part.name = '{column}'"
            );
            sql_query(sql).load(&mut **conn).await.unwrap()
        }
        Conn::Pg(conn) => {
            let sql = format!(
                "SELECT count(*) AS found FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                 WHERE indrelid = '{table}'::regclass AND attname = '{column}'"
            );
            sql_query(sql).load(&mut **conn).await.unwrap()
        }
    };
    found[0].found
}

async fn explain_all(system: &str, caller: &Caller) -> usize {
    let mut seen = 0;
    for operation in crate::rest::contract::operations(system) {
        let ((_, answer), queries) = watched(ask(system, &operation, caller)).await;
        operation.check(&answer);
        seen += explain(caller, &operation.id, &queries, &LARGE).await;
    }
    seen
}

/// Tables that grow with the business
const LARGE: [&str; 12] = [
    "loan_customers",
    "service_contacts",
    "property_customers",
    "sms_messages",
    "phone_calls",
    "follow_ups",
    "demand_changes",
    "satisfaction_ratings",
    "service_contracts",
    "package_phones",
    "call_feedback",
    "grid_reviewers",
];

/// Tables of the bank that grow with the business
const LARGE_OF_BANK: [&str; 22] = [
    "customer_events",
    "credit_interviews",
    "credit_approvals",
    "customer_images",
    "dishonest_persons",
    "list_entries",
    "adviser_opinions",
    "credit_profiles",
    "grids",
    "grid_reviewers",
    "residents",
    "families",
    "family_members",
    "bank_customers",
    "customer_tags",
    "customer_assets",
    "poverty_records",
    "product_accounts",
    "balance_summaries",
    "balance_changes",
    "balance_totals",
    "work_items",
];

/// Lists of the bank, by each documented filter
const OF_BANK: [&str; 87] = [
    "{ customerEvents(first: 20) { totalCount nodes { step staff { name } customer { name events(first: 5) { nodes { summary } } } } } }",
    "{ customerEvents(filter: {customerId: 2, staffId: 2}, first: 20) { totalCount nodes { step } } }",
    "{ customerEvents(filter: {step: REGISTERED}, first: 20) { totalCount nodes { step } } }",
    "{ creditInterviews(first: 20) { totalCount nodes { name grid { code } customer { name creditInterviews { nodes { name } } } keeper { name } approvals { nodes { opinion approver { name } } } } } }",
    "{ creditInterviews(filter: {name: \"张\", gridCode: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } }",
    "{ creditInterviews(filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } }",
    "{ creditInterviews(filter: {customerId: 2}, first: 20) { totalCount nodes { name } } }",
    "{ creditInterviews(filter: {stages: [SUBMITTED], papers: COMPLETE}, first: 20) { totalCount nodes { name } } }",
    "{ creditInterviews(filter: {yearlyRate: \"5.85\", papers: INCOMPLETE}, first: 20) { totalCount nodes { name } } }",
    "{ creditInterviews(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, filter: {papers: PARTIAL}, first: 20) { totalCount nodes { name } } }",
    "{ creditApprovals(filter: {interviewId: 1}, first: 20) { totalCount nodes { interview { name } } } }",
    "{ creditApprovals(filter: {customerId: 2, staffId: 3}, first: 20) { totalCount nodes { customer { name } } } }",
    "{ interactions(realms: [BANK], first: 20) { totalCount nodes { summary customer { name } } } approvalReport(idNumber: \"539900198806120317\") { assets { houses } family { address } } }",
    "{ customerImages(first: 20) { totalCount nodes { kind customer { images { kind grid { code } } } } } }",
    "{ customerImages(filter: {idNumber: \"539900198806120317\", kind: ID_CARD_FRONT}, first: 20) { totalCount nodes { kind } } }",
    "{ customerImages(filter: {interviewId: 1}, first: 20) { totalCount nodes { interview { images(first: 2) { nodes { kind } } } } } me { bankStaff { customerImages { totalCount } } } }",
    "{ dishonestPersons(first: 20) { totalCount nodes { name resident { name } customer { isDishonest dishonestRecords { court } } } } }",
    "{ dishonestPersons(filter: {name: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ dishonestPersons(filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } backgroundJobs { totalCount } }",
    "{ listEntries(kind: WHITE, first: 20) { totalCount nodes { name customer { name listEntry { kind } } } } }",
    "{ listEntries(kind: GREY, filter: {name: \"张\", gridCode: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } }",
    "{ listEntries(kind: BLACK, filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } }",
    "{ adviserOpinions(first: 20) { totalCount nodes { name customer { adviserOpinions { comment } } } } }",
    "{ adviserOpinions(filter: {adviserName: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ adviserOpinions(filter: {name: \"张\", gridCode: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } }",
    "{ adviserOpinions(filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } }",
    "{ creditProfile(idNumber: \"539900198806120317\") { creditUsed customer { creditProfile { identity } } } }",
    "{ bankCustomers(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(first: 20) { totalCount nodes { name grid { code } keeper { name } customerTags { nodes { tag { name } } } assets { houses } povertyRecord { reason } } } }",
    "{ bankCustomers(page: {number: 100, size: 20}) { nodes { name } } }",
    "{ bankCustomers(filter: {status: NORMAL, gridCode: \"HM2018111909\", name: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(filter: {idNumber: \"539900198806120317\", phone: \"19900000001\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(filter: {householdNumber: \"1\"}, first: 20) { nodes { name } } bankCustomerByIdNumber(idNumber: \"539900198806120317\") { name } }",
    "{ bankCustomers(filter: {tagId: 4}, first: 20) { totalCount nodes { name tags { name customerCount } } } }",
    "{ search(text: \"张\", first: 20) { nodes { name } } person(idNumber: \"539900198806120317\") { name } }",
    "{ residents(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, first: 20) { totalCount nodes { name } } }",
    "{ residents(filter: {name: \"张\"}, first: 20) { totalCount nodes { name family { address } customer { name } } } }",
    "{ residents(filter: {householdNumber: \"539900000001\"}, first: 20) { totalCount nodes { name } } }",
    "{ residents(filter: {idNumber: \"539900198806120317\", phone: \"19900000001\"}, first: 20) { totalCount nodes { name } } }",
    "{ residents(filter: {gridCode: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } residentByIdNumber(idNumber: \"539900198806120317\") { name } }",
    "{ familyByHousehold(householdNumber: \"539900000001\") { address residents { name } customers { name } } }",
    "{ familyMembers(filter: {customerId: 1}, first: 20) { totalCount nodes { name asCustomer { name } } } }",
    "{ grids(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, first: 20) { totalCount nodes { name } } }",
    "{ grids(filter: {code: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } }",
    "{ grids(filter: {name: \"村\", kind: VILLAGE}, first: 20) { totalCount nodes { name } } }",
    "{ grids(filter: {managerName: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ allGrids(scope: {staffId: 2}) { reviewers(first: 3) { nodes { name } } map { name } } }",
    "{ productAccounts(first: 20) { totalCount nodes { name } } }",
    "{ productAccounts(filter: {customerId: 1}, first: 20) { totalCount nodes { name } } }",
    "{ productAccounts(filter: {productId: 1}, first: 20) { totalCount nodes { name } } }",
    "{ productAccounts(filter: {cardNumber: \"62539900000000010\"}, first: 20) { totalCount nodes { name } } }",
    "{ balanceAlerts(kind: DEPOSIT, first: 20) { totalCount nodes { message branch { code } } } }",
    "{ balanceAlerts(kind: LOAN, amount: \"1\", branchCode: \"17101\", first: 20) { totalCount nodes { message } } }",
    "{ balanceAlerts(kind: LOAN, amount: \"5000000\", branchCode: \"17101\", first: 20) { totalCount nodes { message } } }",
    "{ balanceStatistics(branchCode: \"17101\", kind: DEPOSIT, year: 2026, period: MONTH) { branch { code } amount } }",
    "{ workItems(first: 20) { totalCount nodes { description } } }",
    "{ workItems(filter: {staffId: 2, from: \"2026-01-01\", to: \"2026-12-31\"}, first: 20) { totalCount nodes { status } } }",
    "{ workItems(filter: {status: URGENT}, first: 20) { totalCount nodes { status } } }",
    "{ bankCustomers(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, filter: {status: DRAFT}, page: {number: 100, size: 20}) { totalCount nodes { name } } }",
    "{ bankCustomers(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, filter: {gridCode: \"HM2018111909\", name: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(filter: {status: DRAFT}, first: 20) { totalCount nodes { name customerTags(first: 200) { nodes { reason tag { name } customer { idNumber } } } } } }",
    "{ bankCustomers(filter: {gridId: 1}, last: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(filter: {name: \"张\"}, page: {number: 100, size: 20}) { totalCount nodes { name } } }",
    "{ bankCustomers(filter: {tagId: 4}, page: {number: 100, size: 20}) { totalCount nodes { name } } }",
    "{ residents(page: {number: 100, size: 20}) { totalCount nodes { name } } }",
    "{ residents(scope: {roleId: 3, staffId: 4, branchCode: \"17001\"}, filter: {name: \"张\", gridCode: \"HM2018111909\"}, first: 20) { totalCount nodes { name } } }",
    "{ residents(filter: {gridId: 1, isActive: true}, first: 20) { totalCount nodes { name } } }",
    "{ familyMembers(first: 20) { totalCount nodes { name } } }",
    "{ familyMembers(filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankCustomers(first: 20) { nodes { familyMembers(first: 20) { nodes { name } } asFamilyMember { name } family { address } resident { name } } } }",
    "{ grids(filter: {managerId: 2}, first: 20) { totalCount nodes { name } } }",
    "{ grids(filter: {branchId: 4}, first: 20) { totalCount nodes { name } } }",
    "{ gridReviewers(filter: {gridId: 1}, first: 20) { totalCount nodes { name } } }",
    "{ gridReviewers(filter: {idNumber: \"539900198806120317\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankStaff(first: 20) { totalCount nodes { name roles { name } } } }",
    "{ bankStaff(filter: {branchCode: \"17101\"}, first: 20) { totalCount nodes { name } } }",
    "{ bankStaff(filter: {roleId: 1}, first: 20) { totalCount nodes { name } } }",
    "{ advisers(filter: {idNumber: \"22\"}, first: 20) { totalCount nodes { name } } }",
    "{ advisers(filter: {phone: \"19900000001\"}, first: 20) { totalCount nodes { name } } }",
    "{ advisers(filter: {branchId: 4}, first: 20) { totalCount nodes { name } } }",
    "{ listEntries(kind: WHITE, filter: {gridId: 1}, page: {number: 100, size: 20}) { totalCount nodes { name } } }",
    "{ listEntries(kind: WHITE, filter: {name: \"张\"}, first: 20) { totalCount nodes { name } } }",
    "{ adviserOpinions(filter: {gridId: 1}, first: 20) { totalCount nodes { name } } }",
    "{ workItems(filter: {staffId: 2, status: OPEN, kind: CUSTOMER_FILE}, first: 20) { totalCount nodes { status } } }",
    "{ workItems(filter: {from: \"2026-01-01\", to: \"2026-12-31\"}, page: {number: 100, size: 20}) { totalCount nodes { status } } }",
    "{ reportAccounts(filter: {userName: \"x\"}, first: 20) { totalCount nodes { userName } } }",
    "{ workItems(filter: {kind: VISIT}, first: 20) { totalCount nodes { status } } }",
];

/// Columns that the documented filters of the bank's large lists compare: each leads an index
const FILTERED: [(&str, &[&str]); 13] = [
    ("residents", &["name", "id_number", "household_number", "phone", "grid_id"]),
    ("bank_customers", &["status", "grid_id", "place", "name", "phone", "id_number", "household_number", "keeper_id"]),
    ("customer_tags", &["tag_id", "customer_id"]),
    ("families", &["household_number", "manager_id"]),
    ("family_members", &["customer_id", "id_number"]),
    ("grids", &["code", "kind", "manager_id", "branch_id"]),
    ("grid_reviewers", &["grid_id", "id_number"]),
    ("bank_staff", &["branch_id", "account_id"]),
    ("advisers", &["branch_id", "id_number", "phone"]),
    ("list_entries", &["kind", "grid_id", "name", "id_number"]),
    ("adviser_opinions", &["grid_id", "name", "id_number", "adviser_name"]),
    ("product_accounts", &["customer_id", "product_id", "card_number"]),
    ("work_items", &["staff_id", "state", "kind", "customer_id"]),
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Fails where a large table would be read from end to end
async fn explain(caller: &Caller, what: &str, queries: &[Sent], large: &[&str]) -> usize {
    let mut seen = 0;
    let texts = queries.iter().map(|sent| &*sent.text);
    for query in texts.filter(|query| query.starts_with("SELECT") && !query.contains("pg_notify")) {
        let plan = plan(&mut caller.app.app.db.write().await.unwrap(), query).await;
        seen += 1;
        for table in large {
            let scanned = plan.lines().any(|line| {
                line.contains(&format!("Seq Scan on {table}"))
                    || line.contains(&format!("SCAN {table}"))
                        && !line.contains("INDEX")
                        && !line.contains("PRIMARY KEY")
            });
            // The first page of all rows in the order of their key ends where the page does.
            let paged = query.contains(&format!("WHERE 1=1 ORDER BY `{table}`.`id` LIMIT "));
            assert!(!scanned || paged, "{what} reads all of {table}:\n{query}\n{plan}");
        }
    }
    seen
}

async fn plan(conn: &mut Conn, query: &str) -> String {
    match conn {
        Conn::Lite(conn) => {
            let lines: Vec<Line> = sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut **conn).await.unwrap();
            lines.into_iter().map(|line| line.detail + "\n").collect()
        }
        Conn::Pg(conn) => {
            // A small table is read from end to end anyway; forbidden to do so, PostgreSQL shows whether it could do
            // better.
            let parameters = (1..100).take_while(|number| query.contains(&format!("${number}"))).count();
            let nulls = vec!["NULL"; parameters].join(", ");
            let execute = if parameters == 0 { "EXECUTE q".to_owned() } else { format!("EXECUTE q({nulls})") };
            let sql = format!(
                "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; PREPARE q AS {query};
                 CREATE OR REPLACE FUNCTION explain_q() RETURNS SETOF TEXT LANGUAGE plpgsql AS $$
                 BEGIN RETURN QUERY EXECUTE 'EXPLAIN {execute}'; END $$;"
            );
            diesel_async::SimpleAsyncConnection::batch_execute(&mut **conn, &sql).await.unwrap();
            let lines: Vec<Line> =
                sql_query("SELECT explain_q AS detail FROM explain_q()").load(&mut **conn).await.unwrap();
            diesel_async::SimpleAsyncConnection::batch_execute(&mut **conn, "DEALLOCATE q; RESET ALL").await.unwrap();
            lines.into_iter().map(|line| line.detail + "\n").collect()
        }
    }
}
