//! The bank's legacy clients of sections 13, 22 and 23: what the contract and its errata say beyond the shape of an
//! answer.

use axum::{body::Body, http::header};
use serde_json::{Value, json};

use super::{
    contract::multipart,
    grid::{ask, done, failed, get, send},
};
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::grid::Grids,
    customers::resident::permit,
};

fn resident(number: &str, grid: &str) -> Value {
    json!({"residentName": "柳安宁", "sex": "男", "nation": "汉族", "birthdate": "19850517", "idNumber": number, "address": "1号",
        "householdType": "居民家庭户", "relationship": "户主", "householdId": 53_990_001, "contact": "19900000001", "isInList": "是",
        "remark": "", "gridCode": grid})
}

async fn import(caller: &Caller, grid: &str) -> Value {
    let sheet = std::fs::read("assets/templates/residents.xls").unwrap();
    let form = json!({"gridCode": grid, "realName": "x", "orgName": "y", "file": "户籍.xls"});
    let request = caller.request("POST", "/grid/file/resident");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    caller.app.send(request.body(Body::from(multipart(&form, &sheet))).unwrap()).await.json()
}

both! {
    async fn residents_by_number_and_status(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let (number, path) = (id_number("19850517", 1), "/grid/customer/resident");
        assert_eq!(send(&bank.manager, "POST", path, resident(&number, "A-1")).await, done());
        assert_eq!(send(&bank.manager, "POST", path, resident(&number, "A-1")).await, failed(400, "身份证号已存在"));
        assert_eq!(send(&bank.manager, "POST", path, resident(&id_number("19850517", 2), "A-1")).await, failed(400, "参数错误: sex"));
        assert_eq!(send(&bank.manager, "POST", path, resident(&id_number("19850517", 3), "A-2")).await, failed(400, "参数错误: gridCode"));
        let one = json!({"gridName": "Grid A-1", "gridCode": "A-1", "residentId": 1, "residentName": "柳安宁", "sex": "男",
            "nation": "汉族", "birthdate": "19850517", "idNumber": number, "address": "1号", "householdType": "居民家庭户",
            "relationship": "户主", "householdId": "53990001", "contact": "19900000001", "isInList": "是", "remark": null, "status": "1"});
        assert_eq!(get(&bank.manager, "/grid/customer/resident/1").await["data"], one);
        assert_eq!(get(&bank.president, &format!("/grid/customer/resident/idnumber/{number}")).await["data"], one);
        // Percent signs are taken off once, and what is no text then is the client's fault.
        let escaped: String = number.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(get(&bank.president, &format!("/grid/customer/resident/idnumber/{escaped}")).await["data"], one);
        let twice = escaped.replace('%', "%25");
        assert_eq!(get(&bank.president, &format!("/grid/customer/resident/idnumber/{twice}")).await["code"], 204);
        assert_eq!(get(&bank.president, "/grid/customer/resident/idnumber/%FF%FE").await, failed(400, "参数错误: idNumber"));
        assert_eq!(get(&bank.president, "/grid/customer/resident/idnumber/%00").await["code"], 400);
        let nothing = json!({"code": 204, "message": "BLANK", "data": null});
        assert_eq!(get(&other, "/grid/customer/resident/1").await, nothing);

        let list = |more: &str| format!("/grid/customer/resident/list?pageNum=1&pageSize=10&gridCode=A-1&{more}");
        let mine = "accountId=2&orgCode=17101&roleId=1&residentName=%E6%9F%B3&householdId=53990001";
        let found = get(&bank.manager, &list(mine)).await;
        assert_eq!((&found["count"], &found["data"]), (&json!(1), &json!([one])));
        assert_eq!(get(&bank.manager, &list("accountId=5&orgCode=17101&roleId=1")).await["code"], 403);
        assert_eq!(get(&other, &list("accountId=5&orgCode=17101&roleId=1")).await["count"], 0);
        assert_eq!(ask(&bank.manager, "PUT", "/grid/customer/resident/1/status/0", "").await, done());
        assert_eq!(get(&bank.manager, &list(mine)).await["count"], 0);
        assert_eq!(get(&bank.manager, "/grid/customer/resident/1").await["data"]["status"], "0");
        assert_eq!(ask(&bank.manager, "PUT", "/grid/customer/resident/1/status/1", "").await, done());
        assert_eq!(ask(&other, "PUT", "/grid/customer/resident/1/status/0", "").await, failed(400, "户籍不存在"));
        assert_eq!(ask(&bank.manager, "PUT", "/grid/customer/resident/1/status/2", "").await["code"], 400);
        let mut change = resident(&number, "B-1");
        (change["householdType"], change["isInList"]) = (json!("居民集体户"), json!("否"));
        assert_eq!(send(&bank.manager, "PUT", "/grid/customer/resident/1", change).await, done());
        let changed = get(&bank.manager, "/grid/customer/resident/1").await["data"].clone();
        assert_eq!((&changed["gridCode"], &changed["householdType"], &changed["isInList"], &changed["status"]),
            (&json!("B-1"), &json!("居民集体户"), &json!("否"), &json!("1")));
        assert_eq!(get(&app.nobody(), "/grid/customer/resident/1").await["code"], 401);
    }

    async fn templates_and_imports(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let template = |name: &str| format!("/grid/template/{}", percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC));
        let path = template("户籍导入模板.xls");
        let reply = bank.manager.get(&path).await;
        assert_eq!(reply.headers["content-type"], "application/vnd.ms-excel");
        assert_eq!(reply.body, std::fs::read("assets/templates/residents.xls").unwrap());
        assert_eq!(bank.manager.get(&template("客户信息导入模板.xls")).await.body, std::fs::read("assets/templates/customers.xls").unwrap());
        assert_eq!(get(&app.nobody(), &path).await["code"], 401);
        assert_eq!(get(&bank.manager, &template("别的.xls")).await, failed(400, "记录不存在"));
        for hostile in ["/grid/template/%FF%FE.xls", "/grid/template/..%2F..%2Fmake.py", "/grid/template/%25E6%2588%25B7"] {
            assert_eq!(get(&bank.manager, hostile).await["code"], 400, "{hostile}");
        }
        let post = bank.manager.send("POST", &path, &json!({})).await;
        assert_eq!(post.status, 404);
        assert_eq!(import(&bank.manager, "A-1").await["data"], json!({"successCount": "0", "failCount": "0"}));
        assert_eq!(import(&bank.manager, "A-2").await["code"], 400);
        permit(&bank, &[14]).await;
        assert_eq!(get(&bank.president, &path).await["code"], 403);
        assert_eq!(import(&bank.president, "A-1").await["code"], 403);
        assert_eq!(bank.president.get(&template("客户信息导入模板.xls")).await.headers["content-type"], "application/vnd.ms-excel");
    }

    async fn families_and_members(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let path = "/grid/customer/family";
        let form = "householdId=53990001&population=3&address=1&postcode=10010&localCredit=x&isHarmony=%E6%98%AF&socialEvaluation=x\
            &isSelfEntity=%E5%90%A6&isOweTax=%E5%90%A6&produceCapacity=x&produceScene=x&accountId=2";
        let insured = format!("{form}&insuranceType=%E5%8C%BB%E7%96%97%E4%BF%9D%E9%99%A9,x");
        assert_eq!(ask(&bank.manager, "POST", path, &insured).await, done());
        assert_eq!(ask(&bank.manager, "POST", path, &insured).await, failed(400, "该户号已有家庭信息"));
        assert_eq!(ask(&bank.manager, "POST", path, form).await["code"], 400);
        let one = get(&bank.manager, "/grid/customer/family/53990001").await["data"].clone();
        assert_eq!(one, json!({"realName": "员工manager", "familyId": 1, "householdId": "53990001", "population": 3, "address": "1",
            "postcode": 10_010, "localCredit": "x", "isHarmony": "是", "socialEvaluation": "x", "isSelfEntity": "否", "isOweTax": "否",
            "produceCapacity": "x", "produceScene": "x", "accountId": 2, "insuranceType": "医疗保险,x"}));
        assert_eq!(get(&other, "/grid/customer/family/53990001").await["code"], 204);
        assert_eq!(ask(&bank.manager, "PUT", "/grid/customer/family/1", &insured.replace("isHarmony=%E6%98%AF", "isHarmony=%E5%90%A6")).await, done());
        assert_eq!(get(&bank.manager, "/grid/customer/family/53990001").await["data"]["isHarmony"], "否");
        assert_eq!(ask(&other, "PUT", "/grid/customer/family/1", &insured).await, failed(400, "家庭信息不存在"));

        let draft = "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { databaseId } } }";
        let input = json!({"gridId": 1, "name": "柳安宁", "idNumber": id_number("19850517", 1)});
        bank.boss.query_with(draft, json!({"input": input})).await.ok();
        let member = json!({"memberId": 99, "memberName": "柳晓", "relationship": "儿子", "nation": "汉族", "birthday": "20150601",
            "idType": "中国居民身份证", "idNumber": id_number("20150601", 31), "address": "1号", "isHouseholdHead": "否",
            "contact": "19900000003", "remark": "好", "status": 1, "customerId": 1});
        let path = "/grid/customer/family/member";
        assert_eq!(send(&bank.manager, "POST", path, member.clone()).await, done());
        assert_eq!(send(&bank.manager, "POST", path, member.clone()).await, failed(400, "该客户已有此证件号码的家庭成员"));
        assert_eq!(send(&other, "POST", path, member.clone()).await, failed(400, "参数错误: customerId"));
        let mut shown = member.clone();
        shown["memberId"] = json!(1);
        assert_eq!(get(&bank.manager, "/grid/customer/family/member/1").await["data"], shown);
        assert_eq!(get(&bank.manager, "/grid/customer/family/member/list?customerId=1").await["data"], json!([shown]));
        assert_eq!(get(&other, "/grid/customer/family/member/list?customerId=1").await, json!({"code": 204, "message": "BLANK", "data": []}));
        let mut wrong = member;
        wrong["birthday"] = json!("20150602");
        assert_eq!(send(&bank.manager, "PUT", "/grid/customer/family/member/1", wrong.clone()).await, failed(400, "参数错误: birthday"));
        (wrong["birthday"], wrong["relationship"]) = (json!("20150601"), json!("女婿"));
        assert_eq!(send(&bank.manager, "PUT", "/grid/customer/family/member/1", wrong).await, failed(400, "参数错误: relationship"));
        assert_eq!(ask(&other, "DELETE", "/grid/customer/family/member/1", "").await, failed(400, "家庭成员不存在"));
        assert_eq!(ask(&bank.manager, "DELETE", "/grid/customer/family/member/1", "").await, done());
        assert_eq!(get(&bank.manager, "/grid/customer/family/member/1").await["code"], 204);
    }
}
