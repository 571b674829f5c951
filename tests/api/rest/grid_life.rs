//! A customer's whole life with the bank, through one door and looked at through the other: from the household register
//! to the loan that is agreed to.

use axum::{body::Body, http::header};
use data_encoding::BASE64;
use quintet::domains::customers::resident::import::TABLE;
use serde_json::{Value, json};

use super::{
    contract::{PNG, multipart},
    grid::{done, get, send},
    grid_interviews,
};
use crate::{
    app::{Caller, both},
    bank::{Bank, id_number},
    credit::{
        credit_interview::{fill_in, form},
        customer_image::{image, uploaded},
        grid::Grids,
    },
    customers::bank_customer::complete,
    service::create,
    sheet::xlsx,
};

const NAME: &str = "柳安宁";

/// The one whose life it is
fn number() -> String {
    id_number("19850517", 1)
}

/// A sheet of the register with him in it
fn register() -> Vec<u8> {
    let own = number();
    let row = [NAME, "", "汉族", "", &own, "1号", "居民家庭户", "户主", "5399001", "19900000001", "是", ""];
    xlsx(&TABLE.header(), [row])
}

async fn send_file(caller: &Caller, path: &str, form: Value, file: &[u8]) -> Value {
    let request = caller.request("POST", path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    caller.app.send(request.body(Body::from(multipart(&form, file))).unwrap()).await.json()
}

/// What GraphQL tells of the customer
async fn seen(caller: &Caller, fields: &str) -> Value {
    let document = format!("{{ bankCustomerByIdNumber(idNumber: \"{}\") {{ {fields} }} }}", number());
    caller.query(&document).await.ok()["bankCustomerByIdNumber"].clone()
}

/// Stage and papers of his interview
async fn interview(caller: &Caller) -> String {
    let interviews = seen(caller, "creditInterviews { nodes { status stage papers } }").await;
    let one = &interviews["creditInterviews"]["nodes"][0];
    ["status", "stage", "papers"].map(|name| one[name].as_str().unwrap().to_owned()).join(" ")
}

/// The steps of his life, the first first: what the timeline tells of each
const LIFE: [&str; 18] = [
    "Entered in the household register",
    "Entered as a customer",
    "File completed",
    "Household recorded",
    "Family member recorded: 何晓, 配偶",
    "Assets recorded",
    "Entered in the white list",
    "interview",
    "Interview changed",
    "Picture added: INTERVIEW_FORM",
    "Picture added: CONTRACT",
    "客户经理: 通过",
    "会计: 拒绝",
    "Interview changed",
    "客户经理: 通过",
    "会计: 通过",
    "Credit report shown",
    "Credit report shown",
];

/// So many of them stand in the timeline of the person, in the words of [`LIFE`]
async fn lived(caller: &Caller, steps: usize) {
    let document = "query($number: String!) { person(idNumber: $number) { realms interactions(first: 20) {
        totalCount nodes { kind summary realm customer { name } } } } }";
    let person = caller.query_with(document, json!({"number": number()})).await.ok()["person"].clone();
    assert_eq!(person["realms"], json!(["BANK"]));
    let nodes = person["interactions"]["nodes"].as_array().unwrap();
    assert_eq!(person["interactions"]["totalCount"], nodes.len());
    assert!(nodes.iter().all(|node| node["customer"]["name"] == NAME && node["realm"] == "BANK"), "{nodes:?}");
    let told = nodes.iter().rev().map(|node| {
        let summary = node["summary"].as_str().unwrap();
        match node["kind"].as_str().unwrap() {
            "CREDIT_INTERVIEW" => "interview",
            "CREDIT_APPROVAL" => summary.trim_start_matches("Approval by ").split(',').next().unwrap(),
            _ => summary,
        }
    });
    assert_eq!(told.collect::<Vec<_>>(), LIFE[..steps]);
}

async fn decide(bank: &Bank, who: &str, id: &Value, is_agreed: bool) {
    let (caller, staff, node) = if who == "manager" { (&bank.manager, 2, 1) } else { (&bank.accountant, 3, 2) };
    let result = if is_agreed { "0" } else { "1" };
    let row = json!({"approvalOpinion": "资料齐全", "approvalResult": result, "approvalName": "x", "idNumber": number(),
        "approvalAccountId": staff.to_string(), "approvalNode": node.to_string(), "creditDetailId": id, "roleId": node.to_string()});
    let answer = send(caller, "POST", "/grid/customer/creditapproval", json!({"list": [row]})).await;
    assert_eq!(answer, json!({"code": 200, "message": "OK", "data": 1}), "{who}");
}

async fn decide_in_graphql(bank: &Bank, who: &str, id: i64, result: &str) {
    let caller = if who == "manager" { &bank.manager } else { &bank.accountant };
    let decide =
        "mutation($input: CreditApprovalInput!) { creditApprovalCreate(input: $input) { creditApproval { id } } }";
    caller
        .query_with(decide, json!({"input": {"interviewId": id, "result": result, "opinion": "资料齐全"}}))
        .await
        .ok();
}

both! {
    async fn through_rest_and_seen_in_graphql(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let manager = &bank.manager;
        // In the register, imported from a sheet
        let sheet = json!({"gridCode": "A-1", "realName": "x", "orgName": "x", "file": "户籍.xlsx"});
        assert_eq!(send_file(manager, "/grid/file/resident", sheet, &register()).await["data"], json!({"successCount": "1", "failCount": "0"}));
        let resident = format!("{{ residentByIdNumber(idNumber: \"{}\") {{ name householdNumber grid {{ code }} customer {{ name }} }} }}", number());
        assert_eq!(manager.query(&resident).await.ok()["residentByIdNumber"],
            json!({"name": NAME, "householdNumber": "5399001", "grid": {"code": "A-1"}, "customer": null}));
        // A draft of a customer, then a whole one
        let path = format!("/grid/customer/info/resident/{}", number());
        assert_eq!(send(manager, "POST", &path, json!({"registrant": "x", "registerOrg": "x"})).await["code"], 200);
        let draft = seen(manager, "databaseId status phone resident { name }").await;
        assert_eq!((&draft["status"], &draft["phone"], &draft["resident"]["name"]), (&json!("DRAFT"), &json!("19900000001"), &json!(NAME)));
        assert_eq!(seen(&other, "name").await, Value::Null);
        lived(manager, 2).await;
        let id = draft["databaseId"].as_i64().unwrap();
        let file = json!({"customerName": NAME, "sex": "男", "idNumber": number(), "maritalStatus": "已婚", "educationLevel": "高中", "nation": "汉族",
            "birthday": "19850517", "nativePlace": "云岭", "phoneNumber": "19900000001", "gridCode": "A-1", "householdId": "5399001",
            "nativeAddress": "1号", "residenceAddress": "2号", "status": 5, "livingSituation": "租房", "physicalCondition": "健康",
            "borrowerNature": "农户", "isStockholder": "否", "isStaff": "否", "isOwner": "是", "idType": "中国居民身份证", "creditId": "C1",
            "career": "农、林、牧、渔、水利业生产人员", "workYear": 3, "companyName": "农场", "companyAddress": "3号", "isFarmer": "是",
            "investigator1": "员工manager", "investigator2": "何晓"});
        assert_eq!(send(manager, "PUT", &format!("/grid/customer/info/{id}"), file).await, done());
        assert_eq!(seen(manager, "status health isDishonest").await, json!({"status": "NORMAL", "health": "HEALTHY", "isDishonest": false}));
        lived(manager, 3).await;
        // Family and assets
        let family = json!({"householdId": 5_399_001, "population": 3, "address": "1号", "postcode": 539_900, "localCredit": "良好", "isHarmony": "是",
            "socialEvaluation": "邻里和睦", "isSelfEntity": "是", "isOweTax": "否", "produceCapacity": "强", "produceScene": "茶园", "accountId": 2, "insuranceType": "医疗保险"});
        assert_eq!(send(manager, "POST", "/grid/customer/family", family).await, done());
        let wife = json!({"memberName": "何晓", "relationship": "配偶", "nation": "汉族", "birthday": "19860517", "idType": "中国居民身份证",
            "idNumber": id_number("19860517", 2), "address": "1号", "isHouseholdHead": "否", "contact": "19900000002", "remark": "好", "status": 1, "customerId": id});
        assert_eq!(send(manager, "POST", "/grid/customer/family/member", wife).await, done());
        assert_eq!(send(manager, "POST", "/grid/customer/finance", json!({"idNumber": number(), "houseNumber": 1, "housePrice": 350_000.5, "yearSalary": "80000"})).await["code"], 200);
        assert_eq!(seen(manager, "family { population } spouse { name } assets { houses houseValue }").await,
            json!({"family": {"population": 3}, "spouse": {"name": "何晓"}, "assets": {"houses": 1, "houseValue": "350000.50"}}));
        lived(manager, 6).await;
        // In the white list, and from there to the interview
        let person = json!({"customerName": NAME, "idNumber": number(), "gridCode": "A-1"});
        assert_eq!(send(manager, "POST", "/grid/customer/whitelist", person.clone()).await, done());
        assert_eq!(seen(manager, "listEntry { kind } tags { name }").await, json!({"listEntry": {"kind": "WHITE"}, "tags": [{"name": "白名单"}]}));
        lived(manager, 7).await;
        let detail = "/grid/customer/creditdetail";
        assert_eq!(send(manager, "POST", &format!("{detail}/addlist"), json!({"list": [person]})).await["data"]["success"], 1);
        assert_eq!(interview(manager).await, "DRAFT ENTERED NONE");
        let list = get(manager, &format!("{detail}/list?pageNum=1&pageSize=10&roleId=1&orgCode=17101&accountId=2&approvalStatus=0")).await;
        let loan = list["data"][0]["id"].clone();
        assert_eq!(send(manager, "PUT", &format!("{detail}/{loan}"), grid_interviews::form(1)).await, done());
        assert_eq!(interview(manager).await, "NORMAL ENTERED NONE");
        lived(manager, 9).await;
        // The signed papers
        for (kind, left) in [("4.2", "NORMAL ENTERED FORM"), ("4.1", "NORMAL ENTERED BOTH")] {
            let paper = json!({"file": "a.png", "customerName": NAME, "idNumber": number(), "gridCode": "A-1", "uploadAccountld": 2, "type": kind, "creditDetailld": loan});
            assert_eq!(send_file(manager, "/grid/customer/image", paper, PNG).await, done());
            assert_eq!(interview(manager).await, left);
        }
        assert_eq!(seen(&bank.accountant, "images { kind size interview { stage } }").await["images"],
            json!([{"kind": "INTERVIEW_FORM", "size": PNG.len(), "interview": {"stage": "ENTERED"}}, {"kind": "CONTRACT", "size": PNG.len(), "interview": {"stage": "ENTERED"}}]));
        // Submitted, sent back, edited, submitted and agreed to
        let mut steps = 11;
        lived(manager, steps).await;
        for (who, is_agreed, left) in [("manager", true, "SUBMITTED"), ("accountant", false, "RETURNED"), ("manager", true, "SUBMITTED"), ("accountant", true, "AGREED")] {
            decide(&bank, who, &loan, is_agreed).await;
            assert_eq!(interview(manager).await, format!("NORMAL {left} BOTH"));
            steps += 1;
            lived(manager, steps).await;
            if left == "RETURNED" {
                let mut change = grid_interviews::form(1);
                change["rental"] = json!("30000");
                assert_eq!(send(manager, "PUT", &format!("{detail}/{loan}"), change).await, done());
                assert_eq!(seen(manager, "creditInterviews { nodes { creditLimit } }").await["creditInterviews"]["nodes"][0]["creditLimit"], "30000.00");
                steps += 1;
            }
        }
        lived(&bank.accountant, 16).await;
        // The reports
        let report = get(&bank.accountant, &format!("/grid/customer/creditapproval/report/{}", number())).await["data"].clone();
        assert_eq!((&report["CustomerInfo"]["customerName"], &report["FinanceInfo"]["houseNumber"], &report["FamilyInfo"]["population"]), (&json!(NAME), &json!(1), &json!(3)));
        let document = format!("{{ approvalReport(idNumber: \"{}\") {{ customer {{ name }} assets {{ houses }} family {{ population }} }} }}", number());
        assert_eq!(bank.accountant.query(&document).await.ok()["approvalReport"], json!({"customer": {"name": NAME}, "assets": {"houses": 1}, "family": {"population": 3}}));
        let page = get(&bank.accountant, &format!("{detail}/report/{loan}")).await["data"].as_str().unwrap().to_owned();
        assert!(page.contains(NAME), "{page}");
        lived(manager, 17).await;
        assert_eq!(app.nobody().query("{ person(idNumber: \"1\") { name } }").await.code(), "UNAUTHENTICATED");
    }

    async fn through_graphql_and_seen_in_rest(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let manager = &bank.manager;
        let import = "mutation($file: Upload!) { residentImport(gridCode: \"A-1\", file: $file) { imported failed } }";
        assert_eq!(manager.upload(import, json!({}), "户籍.xlsx", "", &register()).await.ok()["residentImport"], json!({"imported": 1, "failed": 0}));
        let resident = format!("/grid/customer/resident/idnumber/{}", number());
        assert_eq!(get(manager, &resident).await["data"]["residentName"], NAME);
        assert_eq!(get(&other, &resident).await["code"], 204);

        let draft = "mutation($number: String!) { bankCustomerCreateFromResident(idNumber: $number) { bankCustomer { databaseId } } }";
        let draft = manager.query_with(draft, json!({"number": number()})).await.ok();
        let id = draft["bankCustomerCreateFromResident"]["bankCustomer"]["databaseId"].as_i64().unwrap();
        let customer = format!("/grid/customer/info/{id}");
        assert_eq!((&get(manager, &customer).await["data"]["status"], &get(&other, &customer).await["code"]), (&json!(0), &json!(204)));
        lived(manager, 2).await;
        let update = "mutation($id: ID!, $input: BankCustomerInput!) { bankCustomerUpdate(id: $id, input: $input) { bankCustomer { status } } }";
        manager.query_with(update, json!({"id": id, "input": complete(1, 1)})).await.ok();
        let whole_file = get(manager, &customer).await["data"].clone();
        assert_eq!((&whole_file["status"], &whole_file["maritalStatus"], &whole_file["gridCode"]), (&json!(5), &json!("已婚"), &json!("A-1")));

        create(manager, "familyCreate", json!({"householdNumber": "5399001", "population": 3, "address": "1号", "postcode": "539900", "localCredit": "良好",
            "isHarmonious": true, "socialEvaluation": "邻里和睦", "isSelfEmployed": true, "owesTax": false, "productionCapacity": "强",
            "productionScene": "茶园", "insurances": ["医疗保险"]})).await;
        assert_eq!(get(manager, "/grid/customer/family/5399001").await["data"]["population"], 3);
        create(manager, "familyMemberCreate", json!({"customerId": id, "name": "何晓", "relation": "SPOUSE", "ethnicity": "汉族", "idKind": "RESIDENT_CARD",
            "idNumber": id_number("19860517", 2), "address": "1号", "isHouseholdHead": false, "phone": "19900000002"})).await;
        assert_eq!(get(manager, &format!("/grid/customer/family/member/list?customerId={id}")).await["data"][0]["relationship"], "配偶");
        let assets = "mutation($number: String!) { customerAssetsCreate(idNumber: $number, input: {houses: 1, houseValue: \"350000.5\"}) { customerAssets { id } } }";
        manager.query_with(assets, json!({"number": number()})).await.ok();
        let finance = get(manager, &format!("/grid/customer/finance/{}", number())).await["data"].clone();
        assert_eq!((&finance["houseNumber"], finance["housePrice"].as_f64()), (&json!(1), Some(350_000.5)));
        lived(manager, 6).await;

        let list = "mutation($input: ListEntryCreateInput!) { listEntryCreate(kind: WHITE, input: $input) { listEntry { id } } }";
        manager.query_with(list, json!({"input": {"gridCode": "A-1", "name": NAME, "idNumber": number()}})).await.ok();
        assert_eq!(get(manager, &format!("/grid/customer/whitelist/list?idNumber={}", number())).await["count"], 1);
        let add = "mutation($input: [WhiteListedInput!]!) { creditInterviewsAddFromWhiteList(input: $input) { added creditInterviews { databaseId } } }";
        let added = manager.query_with(add, json!({"input": [{"name": NAME, "idNumber": number(), "gridCode": "A-1"}]})).await.ok();
        let loan = added["creditInterviewsAddFromWhiteList"]["creditInterviews"][0]["databaseId"].as_i64().unwrap();
        let detail = format!("/grid/customer/creditdetail/{loan}");
        // Its status, how far its approval is, and its papers
        let told = async || {
            let row = get(manager, &detail).await["data"].clone();
            ["status", "approvalStatus", "attachFlag"].map(|name| row[name].as_str().unwrap().to_owned()).join(" ")
        };
        assert_eq!(told().await, "2 0 0.0");
        fill_in(manager, loan, form()).await.ok();
        assert_eq!(told().await, "0 0 0.0");

        for (kind, code, left) in [("INTERVIEW_FORM", "4.2", "0 0 0.1"), ("CONTRACT", "4.1", "0 0 1.1")] {
            let mut paper = image(1, kind);
            paper["interviewId"] = json!(loan);
            let id = uploaded(manager, paper).await;
            assert_eq!(told().await, left);
            let pictures = get(&bank.accountant, &format!("/grid/customer/image/list/{}?type={code}&creditDetailId={loan}", number())).await;
            assert_eq!(pictures["data"], json!([{"id": id, "baseCode": BASE64.encode(PNG)}]));
        }

        lived(manager, 11).await;
        let given = format!("/grid/customer/creditapproval/{loan}");
        for (place, (who, result, left)) in [("manager", "AGREED", "1"), ("accountant", "REFUSED", "4"), ("manager", "AGREED", "1"), ("accountant", "AGREED", "3")].into_iter().enumerate() {
            decide_in_graphql(&bank, who, loan, result).await;
            assert_eq!(told().await, format!("0 {left} 1.1"));
            let rows = get(manager, &given).await["data"].clone();
            assert_eq!(rows.as_array().unwrap().len(), place + 1);
            assert_eq!(rows[0]["approvalResult"], if result == "AGREED" { "0" } else { "1" });
            if left == "4" {
                fill_in(manager, loan, json!({"creditLimit": "30000"})).await.ok();
                assert_eq!(get(manager, &detail).await["data"]["rental"], "30000.00");
            }
        }
        lived(manager, 16).await;

        let report = get(&bank.accountant, &format!("/grid/customer/creditapproval/report/{}", number())).await["data"].clone();
        assert_eq!((&report["CustomerInfo"]["customerName"], &report["FinanceInfo"]["houseNumber"], &report["FamilyInfo"]["population"]), (&json!(NAME), &json!(1), &json!(3)));
        let page = format!("{{ creditReport(interviewId: {loan}) {{ html }} }}");
        let html = bank.accountant.query(&page).await.ok()["creditReport"]["html"].clone();
        assert!(html.as_str().unwrap().contains(NAME));
        let legacy = get(&bank.accountant, &format!("/grid/customer/creditdetail/report/{loan}")).await["data"].clone();
        assert!(legacy.as_str().unwrap().contains(NAME));
        lived(&bank.accountant, 18).await;
    }
}
