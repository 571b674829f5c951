//! The whole bank as somebody meets it who sees none of its rows: every documented operation, every list, detail and write
//! of GraphQL, every export.

use quintet::{auth::Realm, demo};
use serde_json::{Value, json};

use super::contract::{Documented, ask_with, operations, request};
use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    bank::employee,
    service::create,
    sheet::texts,
};

/// What the whole bank has in common, and what somebody enters for himself
const COMMON: &[&str] = &[
    "grid_login",
    "grid_account_change_own_password",
    "grid_role_",
    "grid_permission_",
    "grid_region_",
    "grid_dictionary_",
    "grid_product_",
    "grid_business_product_options",
    "grid_tag_get",
    "grid_tag_list",
    "grid_tag_create",
    "grid_tag_update",
    "grid_tag_delete",
    "grid_ocr_id_card",
    "grid_customer_draft_create",
    "grid_senator_create",
    // A job about those whom he sees, who are none
    "grid_dishonesty_crawl",
];

/// An employee who may do everything, at a branch of his own without any grid
async fn stranger(app: &TestApp) -> (Caller, Value) {
    let root = app.sign_in(None, "admin", demo::PASSWORD).await;
    let permissions = root.query("{ permissions(first: 100) { nodes { databaseId } } }").await.ok();
    let permissions: Vec<Value> = permissions["permissions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission["databaseId"].clone())
        .collect();
    let role = json!({"name": "外人", "scope": "stranger", "description": "", "permissionIds": permissions});
    let role = create(&root, "roleCreate", role).await;
    let branch = json!({"code": "17999", "name": "新支行", "parentId": 1, "level": 1});
    let branch = create(&root, "branchCreate", branch).await;
    let staff = create(&root, "bankStaffCreate", employee("stranger", branch, &[role])).await;
    let own = json!({"roleId": role, "roleid": role, "accountId": staff, "orgCode": "17999", "orgcode": "17999"});
    (app.sign_in(Some(Realm::Bank), "stranger", PASSWORD).await, own)
}

/// Whether an answer shows a row, or says that something was written
fn shows(operation: &Documented, answer: &Value) -> bool {
    let data = &answer["data"];
    let nothing = data.is_null() || data == 0 || data.as_array().is_some_and(Vec::is_empty);
    answer["code"] == 200 && (operation.method != "GET" || !nothing)
}

both! {
    async fn a_stranger_gets_nothing_of_the_bank(app: TestApp) {
        let app = app.demo().await;
        let (caller, own) = stranger(&app).await;
        let (mut asked, mut open) = (0, Vec::new());
        for operation in operations("grid") {
            if COMMON.iter().any(|common| operation.id.starts_with(common)) {
                continue;
            }
            let documented = request("grid", &operation);
            // As documented, and as whom he is: neither shows him a row.
            let mut honest = documented.clone();
            let asks = operation.method == "GET" && operation.id != "grid_account_get";
            for (name, value) in honest.as_object_mut().into_iter().flatten().filter(|_| asks) {
                *value = own.get(name).unwrap_or(&*value).clone();
            }
            for request in [documented, honest] {
                let answer = ask_with(&operation, &request, &caller).await;
                if shows(&operation, &answer) {
                    open.push((operation.id.clone(), answer));
                }
            }
            asked += 1;
        }
        assert!(asked > 85, "only {asked} were asked");
        // His own branch, alone in it himself, without a balance; nobody else's.
        for (id, answer) in open {
            let text = answer.to_string();
            match id.as_str() {
                "grid_statistics_president" | "grid_statistics_middle" | "grid_statistics_basic" => {
                    for row in answer["data"].as_array().unwrap() {
                        let plain = |name: &str| row[name].to_string().trim_matches('"').to_owned();
                        assert_eq!((plain("orgCode").as_str(), plain("peopleNum").as_str()), ("17999", "0"), "{text}");
                        assert_eq!(plain("amount").parse(), Ok(0.0), "{text}");
                    }
                }
                "grid_account_list" | "grid_account_list_by_role" => {
                    assert_eq!((answer["count"].as_i64(), &answer["data"][0]["accountName"]), (Some(1), &json!("stranger")), "{text}");
                }
                // Counts those that it took, of whom there are none
                "grid_creditdetail_add_from_whitelist" => {
                    assert_eq!(answer["data"]["success"].to_string().trim_matches('"'), "0", "{text}");
                }
                _ => panic!("{id} shows {text}"),
            }
        }
        for (path, found) in [("/grid/file/customer/0", 0), ("/grid/file/customer/HM2018111909", 400), ("/files/bank-customers/HM2018111909", 404)] {
            let reply = caller.get(path).await;
            match found {
                // The header, and the draft that he entered if he did
                0 => assert_eq!(texts(&reply.body).len(), 1, "{path}"),
                404 => assert_eq!(reply.status, 404, "{path}"),
                code => assert_eq!(reply.json()["code"], code, "{path}"),
            }
        }
    }

    async fn nor_by_graphql(app: TestApp) {
        let app = app.demo().await;
        let admin = app.sign_in(Some(Realm::Bank), "admin", demo::PASSWORD).await;
        let (caller, _) = stranger(&app).await;
        for list in [
            "residents", "bankCustomers", "familyMembers", "grids", "gridReviewers", "gridMaps", "advisers", "reportAccounts",
            "listEntries(kind: WHITE)", "listEntries(kind: GREY)", "listEntries(kind: BLACK)", "adviserOpinions", "productAccounts",
            "balanceAlerts(kind: DEPOSIT, amount: \"1\")", "balanceAlerts(kind: LOAN, amount: \"1\")", "workItems",
            "creditInterviews", "customerImages", "dishonestPersons",
        ] {
            let name = list.split('(').next().unwrap();
            let document = format!("{{ {list} {{ totalCount }} }}");
            assert_eq!(caller.query(&document).await.ok()[name]["totalCount"], 0, "{list}");
            assert_ne!(admin.query(&document).await.ok()[name]["totalCount"], 0, "{list}: nothing to hide");
        }
        let number = "539900198806120317";
        for detail in [
            "resident(id: 1)", "bankCustomer(id: 1)", "familyMember(id: 1)", "grid(id: 1)", "gridByCode(code: \"HM2018111909\")",
            "gridReviewer(id: 1)", "gridMap(id: 1)", "adviser(id: 1)", "reportAccount(id: 1)", "adviserOpinion(id: 1)", "productAccount(id: 1)",
            "workItem(id: 1)", "creditInterview(id: 1)", "customerImage(id: 1)", "dishonestPerson(id: 1)", "branch(id: 1)", "branch(id: 2)", "bankStaffMember(id: 2)", "customerAssets(customerId: 1)",
            &format!("residentByIdNumber(idNumber: \"{number}\")"), &format!("bankCustomerByIdNumber(idNumber: \"{number}\")"),
            &format!("accountHolder(idNumber: \"{number}\")"), &format!("creditProfile(idNumber: \"{number}\")"),
            "familyByHousehold(householdNumber: \"539900000001\")",
        ] {
            let name = detail.split('(').next().unwrap();
            let document = format!("{{ {detail} {{ __typename }} }}");
            assert_eq!(caller.query(&document).await.ok()[name], Value::Null, "{detail}");
            assert_ne!(admin.query(&document).await.ok()[name], Value::Null, "{detail}: nothing to hide");
        }
        for write in [
            "residentUpdate(id: 1, input: {remark: \"x\"}) { resident { id } }",
            "bankCustomerUpdate(id: 1, input: {postcode: \"1\"}) { bankCustomer { id } }",
            "bankCustomerDraftUpdate(id: 14, input: {postcode: \"1\"}) { bankCustomer { id } }",
            "bankCustomerDraftDelete(id: 14) { bankCustomer { id } }",
            "bankCustomerStatusSet(id: 1, status: FROZEN) { bankCustomer { id } }",
            "bankCustomersStatusSet(input: [{id: 1, status: FROZEN}]) { bankCustomers { id } }",
            "bankCustomerCreateFromResident(idNumber: \"539900198806120317\") { bankCustomer { id } }",
            "customerTagsSet(customerId: 1, tagIds: [5]) { bankCustomer { id } }",
            "customerTagsClear(customerId: 1) { bankCustomer { id } }",
            "customerTagDelete(customerId: 1, tagId: 4) { bankCustomer { id } }",
            "customerAssetsCreate(customerId: 1, input: {}) { customerAssets { databaseId } }",
            "customerAssetsUpdate(customerId: 1, input: {}) { customerAssets { databaseId } }",
            "familyMemberUpdate(id: 1, input: {remark: \"x\"}) { familyMember { id } }",
            "familyMemberDelete(id: 1) { familyMember { id } }",
            "familyUpdate(id: 1, input: {population: 2}) { family { id } }",
            "gridUpdate(id: 1, input: {name: \"x\"}) { grid { id } }",
            "gridDelete(id: 1) { grid { id } }",
            "gridReviewerDelete(id: 1) { gridReviewer { id } }",
            "gridMapDelete(id: 1) { gridMap { id } }",
            "adviserDelete(id: 1) { adviser { id } }",
            "reportAccountDelete(id: 1) { reportAccount { id } }",
            "adviserOpinionDelete(id: 1) { adviserOpinion { id } }",
            "creditInterviewDelete(id: 1) { creditInterview { id } }",
            "customerImageDelete(id: 1) { customerImage { id } }",
            "listEntryDelete(kind: WHITE, id: 1) { listEntry { id } }",
            "listEntryMove(idNumber: \"539900197903040226\", to: GREY, reason: OLD) { listEntry { id } }",
            "branchDelete(id: 2) { branch { id } }",
            "bankStaffDelete(id: 2) { bankStaff { id } }",
            "bankStaffUpdate(id: 2, input: {name: \"x\"}) { bankStaff { id } }",
        ] {
            let answer = caller.query(&format!("mutation {{ {write} }}")).await;
            let code = answer.code();
            let batch = write.starts_with("bankCustomersStatusSet");
            assert!(code == "NOT_FOUND" || batch && code == "BAD_USER_INPUT", "{write}: {}", answer.body);
        }
        let write = "mutation { productAccountUpdate(input: {accounts: [{id: 1, balance: \"1\"}]}) { productAccounts { id } } }";
        assert_eq!(caller.query(write).await.error(), ("BAD_USER_INPUT".into(), "input.accounts[0].id".into()));
        let written = "{ auditEntries(first: 1) { nodes { action } } }";
        let last = app.sign_in(None, "admin", demo::PASSWORD).await.query(written).await.ok();
        assert_eq!(last["auditEntries"]["nodes"][0]["action"], "bankStaffCreate", "nothing was written since");
    }
}
