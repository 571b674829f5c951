//! Interviews: who sees them, what is filled in, what a form must be like, and who can not be interviewed.

use quintet::{
    db::Id,
    domains::credit::{
        CreditInterview,
        credit_interview::{InterviewPaper, import::TABLE},
    },
};
use serde_json::{Value, json};

use super::grid::Grids;
use crate::{
    app::{Answer, Caller, both},
    bank::id_number,
    customers::{bank_customer::customers, resident::permit},
    service::{deletion, ids},
    sheet::{upload, xlsx},
};

const CREATE: &str = "mutation($input: CreditInterviewInput!) { creditInterviewCreate(input: $input) { creditInterview { databaseId } } }";
const UPDATE: &str = "mutation($id: ID!, $input: CreditInterviewInput!) { creditInterviewUpdate(id: $id, input: $input) { creditInterview { databaseId status } } }";
const FROM_LIST: &str = "mutation($input: [WhiteListedInput!]!) { creditInterviewsAddFromWhiteList(input: $input) {
    added failed addedNames failedNames creditInterviews { name idNumber grid { code } } failures { idNumber reason } } }";
const LIST: &str = "mutation($kind: ListKind!, $input: ListEntryCreateInput!) { listEntryCreate(kind: $kind, input: $input) { listEntry { databaseId } } }";

pub fn number(serial: u32) -> String {
    id_number("19850517", serial)
}

/// All that a filled-in form needs besides the name and the id number
pub fn form() -> Value {
    json!({
        "beginsOn": "2026-12-01", "endsOn": "2027-11-30", "spouseName": "无", "spouseIdNumber": "无", "education": "高中",
        "phone": "199 0000 0001", "loanAccountName": "柳安宁", "loanAccountNumber": "6253990000000001", "creditLimit": "50000",
        "term": "12个月", "rateKind": "固定利率", "yearlyRate": "5.85", "floatingRate": "-0.5", "rateAdjustment": "YEARLY",
        "disbursement": "转账", "repayment": "PRINCIPAL_AT_END", "purpose": "茶园种植", "income": "80000.5",
        "familyIncome": "120000", "isInformationTrue": true, "isTalkTrue": true, "interviewerName": "员工manager",
        "heldOn": "2026-11-25",
    })
}

pub async fn enter(caller: &Caller, input: Value) -> Answer {
    caller.query_with(CREATE, json!({"input": input})).await
}

pub async fn fill_in(caller: &Caller, id: i64, input: Value) -> Answer {
    caller.query_with(UPDATE, json!({"id": id, "input": input})).await
}

/// An interview with the customer of each grid, number 1 to 5, forms filled in; the customers of [`customers`]
pub async fn interviews(app: &crate::app::TestApp) -> Grids {
    let grids = customers(app).await;
    for serial in 1..=5 {
        enter(&grids.bank.boss, json!({"idNumber": number(serial)})).await.ok();
        fill_in(&grids.bank.boss, serial.into(), form()).await.ok();
    }
    grids
}

async fn list(caller: &Caller, filter: Value) -> Vec<i64> {
    let mut found = ids(caller, "creditInterviews", "CreditInterviewFilter", filter).await;
    found.sort_unstable();
    found
}

async fn listed(caller: &Caller, kind: &str, serial: u32, grid: &str) {
    let mut input = json!({"gridCode": grid, "name": "柳安宁", "idNumber": number(serial)});
    if kind != "WHITE" {
        input["reason"] = json!("9");
    }
    caller.query_with(LIST, json!({"kind": kind, "input": input})).await.ok();
}

both! {
    async fn what_the_bank_knows_is_filled_in(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let opinion = json!({"gridId": 1, "name": "柳安宁", "idNumber": number(1), "phone": "19900000001", "income": "8",
            "expenditure": "3", "creditLimit": "5", "signedOn": "2026", "adviserName": "何晓", "comment": "c".repeat(255), "address": "1"});
        crate::service::create(&bank.manager, "adviserOpinionCreate", opinion).await;
        let spouse = json!({"customerId": 1, "name": "周子晴", "relation": "SPOUSE", "ethnicity": "汉", "birthday": "1985-05-17",
            "idKind": "RESIDENT_CARD", "idNumber": number(62), "address": "1", "isHouseholdHead": false, "phone": "19900000009", "remark": "x", "status": 1});
        crate::service::create(&bank.manager, "familyMemberCreate", spouse).await;
        let assets = "mutation { customerAssetsCreate(customerId: 1, input: {yearlyIncome: \"70000\"}) { customerAssets { id } } }";
        bank.manager.query(assets).await.ok();
        enter(&bank.manager, json!({"idNumber": number(1).to_lowercase(), "batch": "一批", "phone": "19900000007"})).await.ok();
        let one = "{ creditInterview(id: 1) { status stage papers name idNumber sex phone batch education employerName registeredAddress
            residenceAddress spouseName spouseIdNumber income hasOpinion opinionIncome opinionExpenditure opinionCreditLimit opinionAdviser
            opinionComment registrarName registeringBranch registeringBranchCode beginsOn kind summary
            customer { databaseId creditInterviews { nodes { databaseId } } } keeper { name creditInterviews { totalCount } }
            grid { code creditInterviews { totalCount } } approvals { totalCount } staff { ... on BankStaff { databaseId } } } }";
        assert_eq!(bank.manager.query(one).await.ok()["creditInterview"], json!({
            "status": "DRAFT", "stage": "ENTERED", "papers": "NONE", "name": "柳安宁", "idNumber": number(1), "sex": "MALE",
            "phone": "19900000007", "batch": "一批", "education": "高中", "employerName": "农场", "registeredAddress": "1号",
            "residenceAddress": "2号", "spouseName": "周子晴", "spouseIdNumber": number(62), "income": "70000.00", "hasOpinion": true,
            "opinionIncome": "8.00", "opinionExpenditure": "3.00", "opinionCreditLimit": "5.00", "opinionAdviser": "何晓",
            "opinionComment": "c".repeat(100), "registrarName": "员工manager", "registeringBranch": "东一所",
            "registeringBranchCode": "17101", "beginsOn": null, "kind": "CREDIT_INTERVIEW", "summary": "Interview: 客户经理待提交",
            "customer": {"databaseId": 1, "creditInterviews": {"nodes": [{"databaseId": 1}]}},
            "keeper": {"name": "员工manager", "creditInterviews": {"totalCount": 1}},
            "grid": {"code": "A-1", "creditInterviews": {"totalCount": 1}}, "approvals": {"totalCount": 0},
            "staff": {"databaseId": 2},
        }));
        // It is the grid's manager who has it to do, whoever entered it.
        enter(&bank.boss, json!({"idNumber": number(2)})).await.ok();
        let items = "{ workItems(filter: {kind: INTERVIEW}) { nodes { staffId staff { databaseId } status entrance description originator customer { databaseId } } } }";
        let items = bank.boss.query(items).await.ok()["workItems"]["nodes"].clone();
        assert_eq!((&items[0]["staff"]["databaseId"], &items[1]["staff"]["databaseId"]), (&json!(5), &json!(2)));
        assert_eq!((&items[1]["entrance"], &items[1]["description"], &items[1]["originator"], &items[1]["customer"]["databaseId"]),
            (&json!("OPEN_INTERVIEWS"), &json!("与客户柳安宁面谈面签"), &json!("员工manager"), &json!(1)));
    }

    async fn rows_follow_the_grid(app: TestApp) {
        let Grids { bank, other, west } = interviews(&app).await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![1, 2, 3]),
            (&bank.accountant, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3]),
            (&other, vec![2]),
        ] {
            assert_eq!(list(caller, json!({})).await, found);
            for id in 1..=5 {
                let one = caller.query(&format!("{{ creditInterview(id: {id}) {{ databaseId }} }}")).await.ok();
                assert_eq!(one["creditInterview"].is_object(), found.contains(&id), "{id}");
                if !found.contains(&id) {
                    assert_eq!(fill_in(caller, id, json!({"comment": "x"})).await.code(), "NOT_FOUND");
                    let gone = caller.query_with(&deletion("creditInterviewDelete"), json!({"id": id})).await;
                    assert_eq!(gone.code(), "NOT_FOUND");
                }
            }
        }
        for (filter, found) in [
            (json!({"name": "柳"}), vec![1, 2, 3]),
            (json!({"name": "安"}), vec![]),
            (json!({"idNumber": number(2).to_lowercase()}), vec![2]),
            (json!({"customerId": 3}), vec![3]),
            (json!({"gridId": 1}), vec![1]),
            (json!({"gridCode": "A-2"}), vec![2]),
            (json!({"gridCode": "C-1"}), vec![]),
            (json!({"stages": ["ENTERED", "AGREED"]}), vec![1, 2, 3]),
            (json!({"stages": ["AGREED"]}), vec![]),
            (json!({"yearlyRate": "5.85"}), vec![1, 2, 3]),
            (json!({"yearlyRate": "5.8501"}), vec![]),
        ] {
            assert_eq!(list(&bank.president, filter.clone()).await, found, "{filter}");
        }
        let scope = "query($scope: BankScopeInput) { creditInterviews(scope: $scope) { totalCount } }";
        for (scoped, count) in [(json!({"staffId": 2}), Some(2)), (json!({"branchCode": "17101"}), Some(2)), (json!({"roleId": 3}), Some(3)),
            (json!({"roleId": 1}), None), (json!({"branchCode": "17002"}), None), (json!({"staffId": 6}), None)] {
            let answer = bank.president.query_with(scope, json!({"scope": scoped})).await;
            match count {
                Some(count) => assert_eq!(answer.ok()["creditInterviews"]["totalCount"], count, "{scoped}"),
                None => assert_eq!(answer.code(), "FORBIDDEN", "{scoped}"),
            }
        }
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query("{ creditInterviews { totalCount } }").await.code(), "FORBIDDEN");
        assert_eq!(enter(&bank.president, json!({"idNumber": number(9)})).await.code(), "FORBIDDEN");
        let customer = "{ bankCustomer(id: 1) { creditInterviews { totalCount } interactions { totalCount } } }";
        assert_eq!(bank.president.query(customer).await.ok()["bankCustomer"],
            json!({"creditInterviews": {"totalCount": 0}, "interactions": {"totalCount": 1}}), "that his file is complete");
        assert_eq!(enter(&app.nobody(), json!({"idNumber": number(9)})).await.code(), "UNAUTHENTICATED");
    }

    async fn papers_come_and_go(app: TestApp) {
        let Grids { bank, .. } = interviews(&app).await;
        let attach = async |id: i64, paper: InterviewPaper, is_there: bool| {
            let mut tx = app.app.db.begin().await.unwrap();
            assert_eq!(CreditInterview::attach(&mut tx, Id::new(id), paper, is_there).await.unwrap(), 1);
            tx.commit().await.unwrap();
        };
        attach(1, InterviewPaper::Contract, true).await;
        attach(2, InterviewPaper::Contract, true).await;
        attach(2, InterviewPaper::Form, true).await;
        attach(3, InterviewPaper::Form, true).await;
        for (papers, found) in [("COMPLETE", vec![2]), ("PARTIAL", vec![1, 3]), ("NONE", vec![4, 5]), ("INCOMPLETE", vec![1, 3, 4, 5])] {
            assert_eq!(list(&bank.boss, json!({"papers": papers})).await, found, "{papers}");
        }
        attach(2, InterviewPaper::Form, false).await;
        fill_in(&bank.boss, 2, json!({"comment": "x"})).await.ok();
        let papers = bank.boss.query("{ a: creditInterview(id: 2) { papers } b: creditInterview(id: 3) { papers } }").await.ok();
        assert_eq!(papers, json!({"a": {"papers": "CONTRACT"}, "b": {"papers": "FORM"}}));
    }

    async fn who_can_not_be_interviewed(app: TestApp) {
        let Grids { bank, other, west } = customers(&app).await;
        listed(&bank.boss, "BLACK", 1, "A-1").await;
        listed(&bank.boss, "BLACK", 21, "C-1").await;
        for (caller, input, refused) in [
            (&bank.manager, json!({"idNumber": number(1)}), ("CONFLICT", "")),
            // Even where the list entry is one that he does not see.
            (&bank.manager, json!({"idNumber": number(21), "gridCode": "A-1", "name": "x"}), ("CONFLICT", "")),
            (&other, json!({"idNumber": number(3), "gridCode": "A-2"}), ("FORBIDDEN", "")),
            (&west, json!({"idNumber": number(1), "gridCode": "C-1"}), ("CONFLICT", "")),
            (&bank.manager, json!({"idNumber": number(30), "name": "x"}), ("BAD_USER_INPUT", "input.gridCode")),
            (&bank.manager, json!({"idNumber": number(30), "name": "x", "gridCode": "A-2"}), ("BAD_USER_INPUT", "input.gridCode")),
            (&bank.manager, json!({"idNumber": number(30), "name": "x", "gridId": 4}), ("BAD_USER_INPUT", "input.gridId")),
            (&bank.manager, json!({"idNumber": number(30), "gridId": 1}), ("BAD_USER_INPUT", "input.name")),
            (&bank.manager, json!({"idNumber": "539900198505170001", "gridId": 1}), ("BAD_USER_INPUT", "input.idNumber")),
            (&bank.manager, json!({"gridId": 1}), ("BAD_USER_INPUT", "input.idNumber")),
            // A draft without a grid gives none.
            (&bank.manager, json!({"idNumber": number(6)}), ("BAD_USER_INPUT", "input.gridCode")),
        ] {
            let error = enter(caller, input.clone()).await.error();
            assert_eq!((error.0.as_str(), error.1.as_str()), refused, "{input}");
        }
        assert_eq!(list(&bank.boss, json!({})).await, Vec::<i64>::new());
        let two = json!({"idNumber": number(3)});
        let answers = tokio::join!(enter(&bank.manager, two.clone()), enter(&bank.president, two.clone()));
        let won = [&answers.0, &answers.1].map(|answer| answer.body.get("errors").is_none());
        assert!(won[0] != won[1], "{answers:?}");
        assert_eq!(if won[0] { answers.1 } else { answers.0 }.code(), "CONFLICT");
        assert_eq!(enter(&bank.manager, two.clone()).await.code(), "CONFLICT");
        let id = list(&bank.boss, json!({})).await[0];
        let gone = bank.manager.query_with(&deletion("creditInterviewDelete"), json!({"id": id})).await.ok();
        assert_eq!(gone["creditInterviewDelete"]["creditInterview"]["databaseId"], id);
        assert_eq!(list(&bank.boss, json!({})).await, Vec::<i64>::new());
        let node = json!({"id": id});
        assert_eq!(bank.boss.query_with("query($id: ID!) { creditInterview(id: $id) { name } }", node).await.ok()["creditInterview"], Value::Null);
        assert_eq!(bank.boss.query("{ workItems(filter: {kind: INTERVIEW}) { nodes { status } } }").await.ok()["workItems"]["nodes"],
            json!([{"status": "CANCELLED"}]));
        enter(&bank.manager, two).await.ok();
        // Another person can be put in the place of the first, unless he can not be interviewed.
        let id = list(&bank.boss, json!({})).await[0];
        let mut other = form();
        other["idNumber"] = json!(number(1));
        assert_eq!(fill_in(&bank.manager, id, other.clone()).await.code(), "CONFLICT");
        other["idNumber"] = json!(number(2));
        assert_eq!(fill_in(&bank.manager, id, other).await.code(), "FORBIDDEN");
    }

    async fn a_form_keeps_to_its_formats(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        enter(&bank.manager, json!({"idNumber": number(1)})).await.ok();
        let state = "{ creditInterview(id: 1) { status comment creditLimit updatedAt } }";
        let before = bank.manager.query(state).await.ok();
        for (field, value) in [
            ("name", json!(" ")), ("name", json!("x".repeat(21))), ("idNumber", json!("1")), ("comment", json!("x".repeat(101))),
            ("batch", json!("x".repeat(21))), ("sex", json!("FEMALE")), ("spouseName", Value::Null), ("spouseIdNumber", json!("x".repeat(21))),
            ("phone", json!("123456")), ("loanAccountNumber", Value::Null), ("creditLimit", json!("-1")), ("creditLimit", Value::Null),
            ("yearlyRate", json!("100.0001")), ("floatingRate", json!("-101")), ("rateAdjustment", Value::Null), ("repayment", Value::Null),
            ("endsOn", json!("2026-11-30")), ("heldOn", Value::Null), ("interviewerName", json!("x".repeat(21))), ("purpose", json!("")),
            ("isTalkTrue", Value::Null), ("opinionComment", json!("x".repeat(101))), ("reportLocation", json!("x".repeat(51))),
            ("employerAddress", json!("x".repeat(101))), ("gridCode", json!("A-2")),
        ] {
            let mut input = form();
            input[field] = value.clone();
            assert_eq!(fill_in(&bank.manager, 1, input).await.error(), ("BAD_USER_INPUT".into(), format!("input.{field}")), "{value}");
        }
        for (field, value) in [("beginsOn", "2026-02-30"), ("repayment", "NEVER"), ("creditLimit", "1.00001"), ("yearlyRate", "x"), ("heldOn", "2026/11/25")] {
            let mut input = form();
            input[field] = json!(value);
            assert!(fill_in(&bank.manager, 1, input).await.body.get("errors").is_some(), "{value}");
        }
        // What is missing is missing, whatever else is there.
        assert_eq!(fill_in(&bank.manager, 1, json!({"comment": "x"})).await.code(), "BAD_USER_INPUT");
        assert_eq!(bank.manager.query(state).await.ok(), before);
        fill_in(&bank.manager, 1, form()).await.ok();
        let after = bank.manager.query(state).await.ok();
        assert_eq!((&after["creditInterview"]["status"], &after["creditInterview"]["creditLimit"]), (&json!("NORMAL"), &json!("50000.00")));
        fill_in(&bank.manager, 1, json!({"comment": "更正", "creditLimit": "60000.25"})).await.ok();
        let after = bank.manager.query(state).await.ok();
        assert_eq!((&after["creditInterview"]["comment"], &after["creditInterview"]["creditLimit"]), (&json!("更正"), &json!("60000.25")));
    }

    async fn the_white_list_is_interviewed(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        for (serial, grid) in [(1, "A-1"), (2, "A-2"), (40, "A-1"), (41, "B-1"), (42, "A-1")] {
            listed(&bank.boss, "WHITE", serial, grid).await;
        }
        listed(&bank.boss, "GREY", 43, "A-1").await;
        enter(&bank.manager, json!({"idNumber": number(42), "name": "柳安宁", "gridCode": "A-1"})).await.ok();
        let person = |serial: u32, grid: &str, name: &str| json!({"name": name, "idNumber": number(serial), "gridCode": grid});
        let input = json!([person(1, "A-1", "柳安宁"), person(2, "A-2", "柳安宁"), person(40, "A-1", "柳安宁"), person(40, "A-1", "柳安宁"),
            person(41, "A-1", "柳安宁"), person(41, "B-1", "周子晴"), person(41, "B-1", "柳安宁"), person(42, "A-1", "柳安宁"),
            person(43, "A-1", "柳安宁"), {"name": "坏", "idNumber": "1", "gridCode": "A-1"}]);
        let answer = bank.manager.query_with(FROM_LIST, json!({"input": input})).await.ok()["creditInterviewsAddFromWhiteList"].clone();
        assert_eq!((&answer["added"], &answer["failed"]), (&json!(3), &json!(7)), "{answer}");
        assert_eq!((answer["addedNames"].as_array().unwrap().len(), answer["failedNames"].as_array().unwrap().len()), (3, 7));
        let mut numbers: Vec<_> = answer["creditInterviews"].as_array().unwrap().iter().map(|row| row["idNumber"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        let mut wanted = vec![number(1), number(40), number(41)];
        wanted.sort();
        assert_eq!(numbers, wanted);
        assert_eq!(list(&bank.manager, json!({"stages": ["ENTERED"]})).await.len(), 4);
        let again = bank.manager.query_with(FROM_LIST, json!({"input": [person(1, "A-1", "柳安宁")]})).await.ok();
        let again = &again["creditInterviewsAddFromWhiteList"];
        assert_eq!((&again["added"], &again["failures"][0]["reason"]), (&json!(0), &json!("There is an interview with the person under way")));
        assert_eq!(bank.manager.query_with(FROM_LIST, json!({"input": []})).await.error(), ("BAD_USER_INPUT".into(), "input".into()));
        permit(&bank, &[28]).await;
        assert_eq!(bank.president.query_with(FROM_LIST, json!({"input": [person(2, "A-2", "柳安宁")]})).await.code(), "FORBIDDEN", "without the white list");
    }

    async fn a_sheet_of_interviews(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        listed(&bank.boss, "BLACK", 50, "A-1").await;
        let header = TABLE.header();
        let row = |values: &[(&str, &str)]| -> Vec<String> {
            let cell = |name: &&&str| values.iter().find(|(column, _)| *column == **name).map_or(String::new(), |(_, value)| (*value).to_owned());
            header.iter().map(|name| cell(&name)).collect()
        };
        let [one, black, twice, foreign, stranger] = [1, 50, 1, 2, 51].map(number);
        let full: Vec<(&str, &str)> = vec![("客户姓名", "韩松"), ("身份证号", &stranger), ("授信开始日期", "2026/12/1"), ("授信结束日期", "20271130"),
            ("性别", "男"), ("配偶姓名", "无"), ("配偶身份证号", "无"), ("教育水平", "高中"), ("手机号", "19900000001"), ("金农易贷户名", "韩松"),
            ("金农易贷账（卡）号", "6253990001"), ("授信金额", "50000.5"), ("授信期限", "12个月"), ("借款利率类型", "固定"), ("年利率", "5.85%"),
            ("浮动利率", "0"), ("利率调整日", "立即调整"), ("发放方式", "转账"), ("还款方式", "按期结息，到期还本"), ("借款用途", "农机"),
            ("个人年收入", "80000"), ("家庭年收入", "90000"), ("客户资料是否真实", "是"), ("谈话内容是否真实", "是"), ("银行受理人员姓名", "何晓"),
            ("面谈面签日期", "2026-11-25")];
        let rows = [
            row(&[("身份证号", &one)]),
            row(&[("身份证号", &black), ("客户姓名", "x")]),
            row(&[("身份证号", &twice)]),
            row(&[("身份证号", &foreign)]),
            row(&full),
            row(&[("身份证号", "444")]),
            row(&[("身份证号", &number(52)), ("客户姓名", "x"), ("还款方式", "不还"), ("授信金额", "很多"), ("授信开始日期", "20260230")]),
            row(&[("身份证号", &number(53)), ("客户姓名", "x"), ("备注", &"x".repeat(101))]),
        ];
        let sheet = xlsx(&header, &rows);
        let import = async |caller: &Caller, grid: &str| {
            let query = "mutation($file: Upload!, $code: String) { creditInterviewsImport(gridCode: $code, file: $file) { imported failed message failuresUrl } }";
            upload(caller, query, json!({"code": grid}), &sheet).await
        };
        let answer = import(&bank.manager, "A-1").await.ok()["creditInterviewsImport"].clone();
        assert_eq!((&answer["imported"], &answer["failed"]), (&json!(2), &json!(6)), "{answer}");
        let message = answer["message"].as_str().unwrap();
        for part in ["3:在黑名单中", "4:身份证号: 在表中重复", "5:客户不在您的权限范围内", "7:身份证号",
            "8:授信开始日期", "授信金额: 金额不正确", "还款方式: 必须为", "9:备注: 最多100个字符"] {
            assert!(message.contains(part), "{part} in {message}");
        }
        let made = bank.manager.query("{ creditInterviews { nodes { name status stage repayment yearlyRate creditLimit beginsOn } } }").await.ok();
        let mut nodes = made["creditInterviews"]["nodes"].as_array().unwrap().clone();
        nodes.sort_by_key(|node| node["name"].as_str().unwrap().len());
        nodes.sort_by_key(|node| node["status"].as_str().unwrap().to_owned());
        assert_eq!(nodes[1], json!({"name": "韩松", "status": "NORMAL", "stage": "ENTERED", "repayment": "PRINCIPAL_AT_END", "yearlyRate": "5.85",
            "creditLimit": "50000.50", "beginsOn": "2026-12-01"}));
        assert_eq!((&nodes[0]["name"], &nodes[0]["status"]), (&json!("柳安宁"), &json!("DRAFT")));
        assert_eq!(bank.boss.query("{ workItems(filter: {kind: INTERVIEW}) { totalCount } }").await.ok()["workItems"]["totalCount"], 2);
        // A second time everybody has one under way.
        assert_eq!(import(&bank.manager, "A-1").await.ok()["creditInterviewsImport"]["imported"], 0);
        assert_eq!(import(&bank.manager, "A-2").await.error().1, "gridCode");
    }

    async fn strangers_become_customers(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let mut stranger = form();
        (stranger["idNumber"], stranger["name"], stranger["gridCode"]) = (json!(number(1)), json!("柳安宁"), json!("A-1"));
        enter(&bank.manager, stranger.clone()).await.ok();
        fill_in(&bank.manager, 1, stranger).await.ok();
        assert_eq!(bank.boss.query("mutation { gridDelete(id: 1) { grid { id } } }").await.code(), "CONFLICT");
        let submit = "mutation { creditApprovalCreate(input: {interviewId: 1, result: AGREED, opinion: \"好\"}) { creditApproval { customerId } } }";
        assert_eq!(bank.manager.query(submit).await.ok()["creditApprovalCreate"]["creditApproval"]["customerId"], Value::Null);
        crate::customers::bank_customer::enter(&bank.manager, "bankCustomerCreate", crate::customers::bank_customer::complete(1, 1)).await;
        let timeline = "query($number: String!) { person(idNumber: $number) { interactions { totalCount nodes { kind customer { databaseId } staff { ... on BankStaff { name } } } } } }";
        let nodes = bank.manager.query_with(timeline, json!({"number": number(1)})).await.ok()["person"]["interactions"].clone();
        let own = |kind: &str| json!({"kind": kind, "customer": {"databaseId": 1}, "staff": {"name": "员工manager"}});
        assert_eq!(nodes, json!({"totalCount": 4, "nodes":
            [own("CUSTOMER_EVENT"), own("CREDIT_APPROVAL"), own("CUSTOMER_EVENT"), own("CREDIT_INTERVIEW")]}));
    }
}
