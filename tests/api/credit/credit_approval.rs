//! Approvals: whose turn it is, who may, and what follows from it.

use quintet::{
    db::Id,
    domains::credit::{CreditInterview, credit_interview::InterviewPaper},
};
use serde_json::{Value, json};

use super::{
    credit_interview::{enter, fill_in, form, interviews, number},
    grid::Grids,
};
use crate::{
    app::{Answer, Caller, TestApp, both},
    bank::staff,
    customers::{bank_customer::customers, resident::permit},
    service::{deletion, ids},
};

const GIVE: &str = "mutation($input: CreditApprovalInput!) { creditApprovalCreate(input: $input) { creditApproval { databaseId step result approverName } } }";
const GIVE_ALL: &str = "mutation($input: [CreditApprovalInput!]!) { creditApprovalsCreate(input: $input) {
    approved creditApprovals { interviewId interview { databaseId stage } } failures { interviewId reason } } }";

pub async fn give(caller: &Caller, id: i64, result: &str) -> Answer {
    caller.query_with(GIVE, json!({"input": {"interviewId": id, "result": result, "opinion": "意见"}})).await
}

async fn stage(caller: &Caller, id: i64) -> Value {
    let one = "query($id: ID!) { creditInterview(id: $id) { stage } }";
    caller.query_with(one, json!({"id": id})).await.ok()["creditInterview"]["stage"].clone()
}

/// Kind, status, entrance and employee of each work item about a customer, the last first
async fn items(boss: &Caller, customer: i64) -> Vec<String> {
    let one = "query($id: ID!) { bankCustomer(id: $id) { workItems { nodes { databaseId kind status entrance staff { databaseId } } } } }";
    let nodes = boss.query_with(one, json!({"id": customer})).await.ok()["bankCustomer"]["workItems"]["nodes"].clone();
    let mut nodes = nodes.as_array().unwrap().clone();
    nodes.sort_by_key(|node| node["databaseId"].as_i64());
    let text = |node: &Value, name: &str| node[name].as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| {
            format!(
                "{} {} {} {}",
                text(node, "kind"),
                text(node, "status"),
                text(node, "entrance"),
                node["staff"]["databaseId"]
            )
        })
        .collect()
}

/// Submits interviews as the managers of their grids
async fn submitted(app: &TestApp) -> Grids {
    let grids = interviews(app).await;
    for (caller, id) in [(&grids.bank.manager, 1), (&grids.other, 2), (&grids.bank.manager, 3)] {
        give(caller, id, "AGREED").await.ok();
    }
    grids
}

both! {
    async fn an_interview_goes_its_way(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        enter(&bank.manager, json!({"idNumber": number(1)})).await.ok();
        assert_eq!(give(&bank.manager, 1, "AGREED").await.code(), "CONFLICT", "nobody filled in the form");
        fill_in(&bank.manager, 1, form()).await.ok();
        for caller in [&bank.accountant, &bank.president] {
            assert_eq!(give(caller, 1, "AGREED").await.code(), "CONFLICT", "it is not their turn");
        }
        assert_eq!(stage(&bank.boss, 1).await, "ENTERED");
        assert_eq!(give(&bank.manager, 1, "AGREED").await.ok()["creditApprovalCreate"]["creditApproval"],
            json!({"databaseId": 1, "step": "CUSTOMER_MANAGER", "result": "AGREED", "approverName": "员工manager"}));
        assert_eq!(stage(&bank.boss, 1).await, "SUBMITTED");
        assert_eq!(items(&bank.boss, 1).await, ["INTERVIEW OPEN OPEN_INTERVIEWS 2", "LOAN_REVIEW OPEN OPEN_TASKS 3"]);
        for refused in [give(&bank.manager, 1, "AGREED").await, give(&bank.president, 1, "AGREED").await,
            fill_in(&bank.manager, 1, json!({"comment": "x"})).await,
            bank.manager.query_with(&deletion("creditInterviewDelete"), json!({"id": 1})).await] {
            assert_eq!(refused.code(), "CONFLICT");
        }
        give(&bank.accountant, 1, "REFUSED").await.ok();
        assert_eq!(stage(&bank.boss, 1).await, "RETURNED");
        assert_eq!(items(&bank.boss, 1).await, ["INTERVIEW FINISHED FINISHED_INTERVIEWS 2", "LOAN_REVIEW FINISHED FINISHED_TASKS 3",
            "INTERVIEW OPEN REJECTED_INTERVIEWS 2"]);
        assert_eq!(give(&bank.accountant, 1, "AGREED").await.code(), "CONFLICT");
        // Sent back, it is changed and submitted again, for the same person.
        let error = fill_in(&bank.manager, 1, json!({"idNumber": number(3)})).await.error();
        assert_eq!(error, ("BAD_USER_INPUT".into(), "input.idNumber".into()));
        fill_in(&bank.manager, 1, json!({"creditLimit": "30000"})).await.ok();
        give(&bank.manager, 1, "AGREED").await.ok();
        give(&bank.accountant, 1, "AGREED").await.ok();
        assert_eq!(items(&bank.boss, 1).await[2..], ["INTERVIEW FINISHED FINISHED_INTERVIEWS 2", "LOAN_REVIEW FINISHED FINISHED_TASKS 3"]);
        give(&bank.president, 1, "AGREED").await.ok();
        assert_eq!(stage(&bank.boss, 1).await, "GRANTED");
        for caller in [&bank.manager, &bank.accountant, &bank.president] {
            assert_eq!(give(caller, 1, "REFUSED").await.code(), "CONFLICT");
        }
        // Somebody whose loan is granted may ask for the next one.
        enter(&bank.manager, json!({"idNumber": number(1)})).await.ok();
        let kept = "{ creditInterview(id: 1) { approvals { totalCount nodes { step result interview { databaseId } } } }
            bankCustomer(id: 1) { creditApprovals { totalCount } }
            creditApproval(id: 2) { opinion approver { name creditApprovals { totalCount } } customer { databaseId } } }";
        let kept = bank.boss.query(kept).await.ok();
        assert_eq!((&kept["creditInterview"]["approvals"]["totalCount"], &kept["bankCustomer"]["creditApprovals"]["totalCount"]), (&json!(5), &json!(5)));
        assert_eq!(kept["creditInterview"]["approvals"]["nodes"][0], json!({"step": "PRESIDENT", "result": "AGREED", "interview": {"databaseId": 1}}));
        assert_eq!(kept["creditApproval"], json!({"opinion": "意见", "approver": {"name": "员工accountant", "creditApprovals": {"totalCount": 2}}, "customer": {"databaseId": 1}}));
        // Every step stands in the timeline, the last first.
        let timeline = "query($number: String!) { person(idNumber: $number) { interactions { totalCount nodes { kind summary realm staff { ... on BankStaff { name } } } } } }";
        let nodes = bank.boss.query_with(timeline, json!({"number": number(1)})).await.ok()["person"]["interactions"].clone();
        assert_eq!(nodes["totalCount"], 7 + 3, "and the completed file, and two changes of the form");
        let nodes: Vec<_> = nodes["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] != "CUSTOMER_EVENT").collect();
        let steps: Vec<_> = nodes.iter().map(|node| node["summary"].as_str().unwrap()).collect();
        assert_eq!(steps, ["Interview: 客户经理待提交", "Approval by 支行长: 通过, 意见", "Approval by 会计: 通过, 意见", "Approval by 客户经理: 通过, 意见",
            "Approval by 会计: 拒绝, 意见", "Approval by 客户经理: 通过, 意见", "Interview for a loan of 30000.00 yuan, held on 2026-11-25: 支行长同意"]);
        assert_eq!(*nodes[1], json!({"kind": "CREDIT_APPROVAL", "summary": steps[1], "realm": "BANK", "staff": {"name": "员工president"}}));
        let all = "{ interactions(realms: [BANK], first: 3) { totalCount nodes { kind } } }";
        assert_eq!(bank.boss.query(all).await.ok()["interactions"]["totalCount"], 10 + 6, "and the files of six others");
        assert_eq!(bank.president.query(all).await.ok()["interactions"]["nodes"][0]["kind"], "CREDIT_INTERVIEW");
    }

    async fn the_token_says_who_decides(app: TestApp) {
        let Grids { bank, other, west } = submitted(&app).await;
        // Nobody without one of the three roles, and nobody who is no employee.
        for caller in [&bank.boss, &bank.admin] {
            assert_eq!(give(caller, 1, "AGREED").await.code(), "FORBIDDEN");
        }
        assert_eq!(give(&app.nobody(), 1, "AGREED").await.code(), "UNAUTHENTICATED");
        // What the input says of the one who decides must be so.
        let base = json!({"interviewId": 1, "result": "AGREED", "opinion": "好"});
        for (caller, field, value) in [
            (&bank.manager, "step", json!("ACCOUNTANT")), (&bank.accountant, "step", json!("PRESIDENT")), (&bank.accountant, "roleId", json!(3)),
            (&bank.accountant, "roleId", json!(4)), (&bank.accountant, "staffId", json!(4)), (&bank.president, "staffId", json!(3)),
        ] {
            let mut input = base.clone();
            input[field] = value.clone();
            assert_eq!(caller.query_with(GIVE, json!({"input": input})).await.code(), "FORBIDDEN", "{field} {value}");
        }
        // Rows of others are not there.
        for (caller, id) in [(&other, 1), (&bank.manager, 2), (&west, 1), (&bank.accountant, 4), (&bank.accountant, 77)] {
            assert_eq!(give(caller, id, "AGREED").await.code(), "NOT_FOUND", "{id}");
        }
        for (field, value) in [("opinion", json!(" ")), ("opinion", json!("x".repeat(201))), ("idNumber", json!(number(2))), ("signatureUrl", json!("x".repeat(501)))] {
            let mut input = base.clone();
            input[field] = value;
            assert_eq!(bank.accountant.query_with(GIVE, json!({"input": input})).await.error(), ("BAD_USER_INPUT".into(), format!("input.{field}")));
        }
        assert_eq!(stage(&bank.boss, 1).await, "SUBMITTED");
        // All of it, as it is.
        let input = json!({"interviewId": 1, "result": "AGREED", "opinion": "好", "step": "ACCOUNTANT", "roleId": 2, "staffId": 3, "idNumber": number(1).to_lowercase(), "signatureUrl": "/s.png"});
        bank.accountant.query_with(GIVE, json!({"input": input})).await.ok();
        // Who has two of the roles takes the step whose turn it is.
        let both = staff(&app, &bank.boss, "both", 2, &[1, 2]).await;
        give(&both, 2, "REFUSED").await.ok();
        assert_eq!(stage(&bank.boss, 2).await, "RETURNED");
        give(&both, 2, "REFUSED").await.ok();
        assert_eq!(stage(&bank.boss, 2).await, "WITHDRAWN");
        for (caller, list) in [(&bank.president, 6), (&bank.manager, 3), (&west, 0)] {
            assert_eq!(ids(caller, "creditApprovals", "CreditApprovalFilter", json!({})).await.len(), list);
        }
        for (filter, count) in [(json!({"interviewId": 2}), 3), (json!({"customerId": 1}), 2), (json!({"staffId": 3}), 1), (json!({"staffId": 6}), 0)] {
            assert_eq!(ids(&bank.boss, "creditApprovals", "CreditApprovalFilter", filter.clone()).await.len(), count, "{filter}");
        }
        assert_eq!(west.query("{ creditApproval(id: 1) { opinion } }").await.ok()["creditApproval"], Value::Null);
        permit(&bank, &[28]).await;
        assert_eq!(give(&bank.president, 1, "AGREED").await.code(), "FORBIDDEN");
        assert_eq!(bank.president.query("{ creditApprovals { totalCount } }").await.code(), "FORBIDDEN");
    }

    async fn many_at_once(app: TestApp) {
        let Grids { bank, .. } = submitted(&app).await;
        give(&bank.accountant, 3, "AGREED").await.ok();
        let one = |id: i64, result: &str| json!({"interviewId": id, "result": result, "opinion": "好"});
        let give_all = async |caller: &Caller, input: Value| caller.query_with(GIVE_ALL, json!({"input": input})).await;
        // Nothing of it where one is wrong.
        let mut long = one(2, "AGREED");
        long["opinion"] = json!("x".repeat(201));
        assert_eq!(give_all(&bank.accountant, json!([one(1, "AGREED"), long])).await.error(), ("BAD_USER_INPUT".into(), "input[1].opinion".into()));
        assert_eq!(give_all(&bank.accountant, json!([one(1, "AGREED"), one(1, "REFUSED")])).await.error().1, "input[1].interviewId");
        assert_eq!(give_all(&bank.accountant, json!([one(1, "AGREED"), one(4, "AGREED")])).await.code(), "NOT_FOUND");
        assert_eq!(give_all(&bank.accountant, json!([])).await.error().1, "input");
        assert_eq!(give_all(&bank.accountant, json!(vec![one(1, "AGREED"); 201])).await.error().1, "input");
        assert_eq!((stage(&bank.boss, 1).await, stage(&bank.boss, 2).await), (json!("SUBMITTED"), json!("SUBMITTED")));
        // Whose turn it is not is left out.
        let answer = give_all(&bank.accountant, json!([one(3, "AGREED"), one(2, "REFUSED"), one(1, "AGREED")])).await.ok()["creditApprovalsCreate"].clone();
        assert_eq!((&answer["approved"], answer["failures"].as_array().unwrap().len()), (&json!(2), 1), "{answer}");
        let stages: Vec<_> = answer["creditApprovals"].as_array().unwrap().iter().map(|it| it["interview"].clone()).collect();
        assert_eq!(stages, [json!({"databaseId": 2, "stage": "RETURNED"}), json!({"databaseId": 1, "stage": "AGREED"})]);
        assert_eq!(give_all(&bank.accountant, json!([one(1, "AGREED"), one(2, "AGREED")])).await.code(), "CONFLICT", "none is left");
    }

    async fn two_at_the_same_time(app: TestApp) {
        let Grids { bank, .. } = submitted(&app).await;
        let second = staff(&app, &bank.boss, "second", 2, &[2]).await;
        for (round, id) in [1, 2, 3].into_iter().enumerate() {
            let answers = tokio::join!(give(&bank.accountant, id, "AGREED"), give(&second, id, "REFUSED"));
            let won = [&answers.0, &answers.1].map(|answer| answer.body.get("errors").is_none());
            assert!(won[0] != won[1], "round {round}: {answers:?}");
            assert_eq!(if won[0] { &answers.1 } else { &answers.0 }.code(), "CONFLICT");
            assert_eq!(stage(&bank.boss, id).await, if won[0] { "AGREED" } else { "RETURNED" });
            assert_eq!(ids(&bank.boss, "creditApprovals", "CreditApprovalFilter", json!({"interviewId": id})).await.len(), 2);
        }
    }

    async fn both_accountants_are_told(app: TestApp) {
        let Grids { bank, .. } = interviews(&app).await;
        staff(&app, &bank.boss, "second", 2, &[2]).await;
        staff(&app, &bank.boss, "far", 3, &[2]).await;
        give(&bank.manager, 1, "AGREED").await.ok();
        assert_eq!(items(&bank.boss, 1).await, ["INTERVIEW OPEN OPEN_INTERVIEWS 2", "LOAN_REVIEW OPEN OPEN_TASKS 3", "LOAN_REVIEW OPEN OPEN_TASKS 7"]);
        give(&bank.accountant, 1, "AGREED").await.ok();
        assert_eq!(items(&bank.boss, 1).await, ["INTERVIEW FINISHED FINISHED_INTERVIEWS 2", "LOAN_REVIEW FINISHED FINISHED_TASKS 3",
            "LOAN_REVIEW FINISHED FINISHED_TASKS 7"]);
        // Given up, it is no more to do.
        give(&bank.manager, 3, "REFUSED").await.ok();
        assert_eq!(items(&bank.boss, 3).await, ["INTERVIEW CANCELLED CANCELLED_TASKS 2"]);
    }

    async fn papers_may_be_required(app: TestApp) {
        let Grids { bank, .. } = submitted(&app).await;
        let mut config = app.app.config.clone();
        config.require_papers = true;
        let strict = Caller { app: TestApp::with(config).await, ..bank.accountant.clone() };
        let attach = async |paper: InterviewPaper| {
            let mut tx = app.app.db.begin().await.unwrap();
            CreditInterview::attach(&mut tx, Id::new(1), paper, true).await.unwrap();
            tx.commit().await.unwrap();
        };
        assert_eq!(give(&strict, 1, "AGREED").await.code(), "CONFLICT");
        attach(InterviewPaper::Contract).await;
        assert_eq!(give(&strict, 1, "AGREED").await.code(), "CONFLICT");
        give(&strict, 2, "REFUSED").await.ok();
        attach(InterviewPaper::Form).await;
        give(&strict, 1, "AGREED").await.ok();
    }

    async fn what_is_read_before_a_decision(app: TestApp) {
        let Grids { bank, west, .. } = customers(&app).await;
        let assets = "mutation { customerAssetsCreate(customerId: 1, input: {houses: 2}) { customerAssets { id } } }";
        bank.manager.query(assets).await.ok();
        let family = json!({"householdNumber": "5399001", "managerId": 2, "population": 3, "address": "1号", "postcode": "539900", "localCredit": "良好",
            "isHarmonious": true, "socialEvaluation": "好", "isSelfEmployed": false, "owesTax": false, "productionCapacity": "好", "productionScene": "田",
            "insurances": []});
        crate::service::create(&bank.boss, "familyCreate", family).await;
        // Whoever may approve needs no other area to read it.
        permit(&bank, &[29]).await;
        let report = "query($number: String!) { approvalReport(idNumber: $number) { customer { name } assets { houses } family { population } } }";
        let read = async |caller: &Caller, serial: u32| {
            caller.query_with(report, json!({"number": number(serial)})).await.ok()["approvalReport"].clone()
        };
        assert_eq!(read(&bank.president, 1).await, json!({"customer": {"name": "柳安宁"}, "assets": {"houses": 2}, "family": {"population": 3}}));
        assert_eq!(read(&bank.accountant, 2).await["assets"], Value::Null);
        assert_eq!((read(&west, 1).await, read(&bank.president, 4).await, read(&bank.boss, 99).await), (Value::Null, Value::Null, Value::Null));
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query_with(report, json!({"number": number(1)})).await.code(), "FORBIDDEN");
    }
}
