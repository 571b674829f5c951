//! The bank's legacy clients of sections 26.1 and 30 to 32: what the contract and its errata say beyond the shape of an
//! answer.

use axum::{body::Body, http::header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quintet::{
    db::Id,
    domains::credit::{CreditInterview, credit_interview::InterviewPaper},
};
use serde_json::{Value, json};

use super::{
    contract::multipart,
    grid::{done, failed, get, send},
};
use crate::{
    app::{Caller, both},
    credit::{credit_interview::number, grid::Grids},
    customers::{bank_customer::customers, resident::permit},
};

const DETAIL: &str = "/grid/customer/creditdetail";
const APPROVAL: &str = "/grid/customer/creditapproval";
const PAGE: &str = "pageNum=1&pageSize=10";

/// The edit form as a client sends it, with what is the server's business besides
pub fn form(serial: u32) -> Value {
    let mut form = json!({
        "customerName": "柳安宁", "idNumber": number(serial), "gridCode": "A-1", "beginAt": "2026-12-01", "endAt": "20271130", "comment": "",
        "postil": "一批", "sex": if serial % 2 == 1 { "男" } else { "女" }, "spouseName": "无", "spouseIdNumber": "无",
        "educationLevel": "高中", "phoneNumber": "19900000001", "memberCount": "3", "companyName": "农场", "companyAddress": "1号",
        "nativeAddress": "2号", "residenceAddress": "3号", "jnydName": "柳安宁", "jnydId": "6253990001",
    });
    let terms = json!({
        "rental": "50000", "deadline": "12个月", "rateType": "固定", "yearRate": "5.85", "rateFloat": "0",
        "rateUpdateDate": "每年1月1日调整", "disbursement": "转账", "refundType": "按期结息，到期还本", "creditUseType": "茶园",
        "income": "80000", "familyIncome": 90000, "advisersFlag": "否", "advisersIncome": "", "trueCustomerInfo": "是", "trueCustomerTalk": "是",
        "staffName": "何晓", "staffId": "007", "talkDate": "2026-11-25", "creditReport": "/r.html",
    });
    // Nothing of this is the client's to say.
    let ignored = json!({
        "approvalStatus": "3", "attachFlag": "1.1", "customerId": "77", "gridName": "x", "accountName": "x", "accountId": "77",
        "orgName": "x", "orgCode": "x", "status": "1",
    });
    for part in [terms, ignored] {
        form.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    form
}

fn approval(id: i64, serial: u32, node: i64, account: i64, result: i64) -> Value {
    json!({"approvalOpinion": "资料齐全", "approvalResult": result.to_string(), "approvalName": "x", "idNumber": number(serial),
        "approvalAccountId": account.to_string(), "approvalNode": node.to_string(), "creditDetailId": id, "roleId": node.to_string()})
}

fn approved(count: i64) -> Value {
    json!({"code": 200, "message": "OK", "data": count})
}

both! {
    async fn a_loan_goes_its_way(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let made = send(&bank.manager, "POST", DETAIL, json!({"idNumber": number(1)})).await;
        assert_eq!((&made["code"], &made["data"]["approvalStatus"], &made["data"]["attachFlag"], &made["data"]["status"]),
            (&json!(200), &json!("0"), &json!("0.0"), &json!("2")), "{made}");
        assert_eq!((&made["data"]["customerId"], &made["data"]["accountId"], &made["data"]["phoneNumber"], &made["data"]["gridName"]),
            (&json!("1"), &json!("2"), &json!("19900000001"), &json!("Grid A-1")));
        assert_eq!(send(&bank.manager, "POST", DETAIL, json!({"idNumber": number(1)})).await, failed(400, "该客户在黑名单中，或已有未完成的面谈面签"));
        assert_eq!(send(&bank.manager, "POST", DETAIL, json!({"customerName": "x"})).await, failed(400, "参数错误: idNumber"));
        let one = format!("{DETAIL}/1");
        for (field, value, named) in [("rental", json!("-1"), "rental"), ("refundType", json!("不还"), "interview.refundType"), ("beginAt", json!("2026-13-01"), "interview.beginAt"),
            ("customerName", json!("x".repeat(21)), "customerName"), ("yearRate", json!("100.01"), "yearRate"), ("gridCode", json!("A-2"), "gridCode")] {
            let mut change = form(1);
            change[field] = value;
            let answer = send(&bank.manager, "PUT", &one, change).await;
            assert_eq!(answer["code"], 400, "{answer}");
            assert!(answer["message"].as_str().unwrap().ends_with(named), "{answer}");
        }
        assert_eq!(send(&other, "PUT", &one, form(1)).await, failed(400, "面谈面签记录不存在"));
        // The first edit makes it normal; what is the server's stays the server's.
        assert_eq!(send(&bank.manager, "PUT", &one, form(1)).await, done());
        let detail = get(&bank.manager, &one).await["data"].clone();
        let texts = ["approvalStatus", "attachFlag", "status", "customerId", "accountId", "orgCode", "gridName", "rental", "yearRate", "rateUpdateDate", "endAt", "trueCustomerTalk", "sex", "staffId"];
        assert_eq!(texts.map(|name| detail[name].clone()), ["0", "0.0", "0", "1", "2", "17101", "Grid A-1", "50000.00", "5.85", "每年1月1日调整", "2027-11-30", "是", "男", "007"].map(|text| json!(text)));
        assert_eq!(get(&other, &one).await["code"], 204);

        // Submitted, sent back, changed, submitted again, agreed.
        let give = async |caller: &Caller, list: Value| send(caller, "POST", APPROVAL, json!({"list": list})).await;
        let refused = failed(400, "当前审批状态不允许此操作");
        assert_eq!(give(&bank.accountant, json!([approval(1, 1, 2, 3, 0)])).await, refused);
        assert_eq!(give(&bank.manager, json!([approval(1, 1, 1, 2, 0)])).await, approved(1));
        assert_eq!(give(&bank.manager, json!([approval(1, 1, 1, 2, 0)])).await, refused);
        assert_eq!(send(&bank.manager, "PUT", &one, form(1)).await, failed(400, "当前审批状态不能修改，或该客户不能面谈面签"));
        assert_eq!(send(&bank.manager, "DELETE", &one, json!({})).await, failed(400, "当前审批状态不能删除"));
        // What contradicts the token.
        for (caller, list) in [(&bank.manager, approval(1, 1, 2, 2, 0)), (&bank.accountant, approval(1, 1, 2, 4, 0)), (&bank.president, approval(1, 1, 2, 4, 0)),
            (&bank.admin, approval(1, 1, 2, 1, 0))] {
            assert_eq!(give(caller, json!([list])).await, failed(403, "没有权限"));
        }
        let mut mixed = approval(1, 1, 2, 3, 0);
        mixed["roleId"] = json!("1");
        assert_eq!(give(&bank.accountant, json!([mixed])).await, failed(403, "没有权限"));
        assert_eq!(give(&bank.accountant, json!([approval(1, 2, 2, 3, 0)])).await["code"], 400, "another person's id number");
        assert_eq!(give(&bank.accountant, json!([approval(9, 1, 2, 3, 0)])).await, failed(400, "面谈面签记录不存在"));
        for (field, value) in [("approvalResult", "2"), ("approvalNode", "7")] {
            let mut wrong = approval(1, 1, 2, 3, 0);
            wrong[field] = json!(value);
            assert_eq!(give(&bank.accountant, json!([wrong])).await["code"], 400, "{field}");
        }
        // A bare list is a list too.
        assert_eq!(send(&bank.accountant, "POST", APPROVAL, json!([approval(1, 1, 2, 3, 1)])).await, approved(1));
        assert_eq!(get(&bank.manager, &one).await["data"]["approvalStatus"], "4");
        assert_eq!(send(&bank.manager, "PUT", &one, form(1)).await, done());
        assert_eq!(give(&bank.manager, json!([approval(1, 1, 1, 2, 0)])).await, approved(1));
        assert_eq!(give(&bank.accountant, json!([approval(1, 1, 2, 3, 0)])).await, approved(1));
        assert_eq!(give(&bank.president, json!([approval(1, 1, 3, 4, 0)])).await, approved(1));
        let given = get(&bank.accountant, &format!("{APPROVAL}/1")).await["data"].clone();
        let nodes: Vec<_> = given.as_array().unwrap().iter().map(|row| (row["approvalNode"].clone(), row["approvalResult"].clone(), row["approvalAccountId"].clone())).collect();
        assert_eq!(nodes, [(Value::Null, "0", 4), (json!("2"), "0", 3), (json!("1"), "0", 2), (json!("2"), "1", 3), (json!("1"), "0", 2)]
            .map(|(node, result, staff)| (node, json!(result), json!(staff))));
        assert_eq!((&given[0]["idNumber"], &given[0]["creditDetailId"], &given[0]["approvalName"]), (&json!(number(1)), &json!(1), &json!("员工president")));
        assert_eq!(get(&other, &format!("{APPROVAL}/1")).await["code"], 204);
        assert_eq!(get(&bank.manager, &one).await["data"]["approvalStatus"], "3", "the detail knows no president");
        // To-dos of both sides.
        let items = get(&bank.boss, "/grid/platform/info/list?accountId=2&pageNum=1&pageSize=10&type=5").await;
        assert_eq!((&items["count"], &items["data"][0]["status"], &items["data"][0]["entrance"]), (&json!(2), &json!(3), &json!(1)));
        // What is read before a decision, and the report.
        let report = get(&bank.accountant, &format!("{APPROVAL}/report/{}", number(1))).await["data"].clone();
        assert_eq!((&report["CustomerInfo"]["customerName"], &report["FinanceInfo"], &report["FamilyInfo"]), (&json!("柳安宁"), &Value::Null, &Value::Null));
        assert_eq!(get(&other, &format!("{APPROVAL}/report/{}", number(1))).await["code"], 204);
        let report = get(&bank.accountant, &format!("{DETAIL}/report/1")).await;
        assert!(report["data"].as_str().unwrap().contains("<title>征信报告 柳安宁</title>"), "{report}");
        assert_eq!(get(&app.nobody(), &one).await["code"], 401);
        permit(&bank, &[14]).await;
        for path in [one.clone(), format!("{APPROVAL}/1"), format!("{DETAIL}/report/1"), format!("{APPROVAL}/report/{}", number(1)), format!("{DETAIL}/list?{PAGE}")] {
            assert_eq!(get(&bank.president, &path).await, failed(403, "没有权限"), "{path}");
        }
    }

    async fn one_path_two_lists(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        for serial in 1..=3 {
            send(&bank.boss, "POST", DETAIL, json!({"idNumber": number(serial)})).await;
            let mut form = form(serial);
            form["gridCode"] = json!("");
            assert_eq!(send(&bank.boss, "PUT", &format!("{DETAIL}/{serial}"), form).await, done());
        }
        assert_eq!(send(&bank.manager, "POST", APPROVAL, json!([approval(1, 1, 1, 2, 0), approval(3, 3, 1, 2, 0)])).await, approved(2));
        assert_eq!(send(&bank.accountant, "POST", APPROVAL, json!([approval(1, 1, 2, 3, 0), approval(2, 2, 2, 3, 0)])).await, approved(1), "the other is not counted");
        let mut tx = app.app.db.begin().await.unwrap();
        for (id, paper) in [(1, InterviewPaper::Contract), (1, InterviewPaper::Form), (2, InterviewPaper::Form)] {
            CreditInterview::attach(&mut tx, Id::new(id), paper, true).await.unwrap();
        }
        tx.commit().await.unwrap();
        let own = "roleId=3&orgCode=17001&accountId=4";
        let list = async |more: &str| {
            let answer = get(&bank.president, &format!("{DETAIL}/list?{PAGE}&{own}&{more}")).await;
            let mut ids: Vec<i64> = answer["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
            ids.sort_unstable();
            assert_eq!(answer["count"], ids.len(), "{answer}");
            ids
        };
        for (more, ids) in [
            ("", vec![1, 2, 3]), ("approvalStatus=5", vec![1, 2, 3]), ("approvalStatus=0", vec![2]), ("approvalStatus=1", vec![3]), ("approvalStatus=3", vec![1]),
            ("approvalStatus=4&attachFlag=", vec![]), ("attachFlag=0", vec![1, 2, 3]), ("attachFlag=1", vec![2]), ("attachFlag=2", vec![1]), ("attachFlag=3", vec![3]),
            ("customerId=2", vec![2]), ("gridCode=A-1", vec![1]), ("customerName=%E6%9F%B3", vec![1, 2, 3]),
            ("status=0", vec![2]), ("status=7", vec![3]), ("status=1", vec![3]), ("status=3", vec![1]), ("status=8", vec![1]), ("status=6", vec![]),
            ("status=3&attachFlag=3", vec![1]), ("status=3&attachFlag=0", vec![]), ("status=0&attachFlag=1", vec![2]),
            ("status=7&interestRate=5.85", vec![3]), ("status=7&interestRate=5.8501", vec![]),
        ] {
            assert_eq!(list(more).await, ids, "{more}");
        }
        let mut path = format!("{DETAIL}/list?{PAGE}&{own}&idNumber={}", number(1));
        let row = get(&bank.president, &path).await["data"][0].clone();
        assert_eq!((&row["attachFlag"], &row["approvalStatus"], &row["adress"], &row["rental"]), (&json!("3"), &json!("3"), &json!("3号"), &json!("50000.00")));
        assert_eq!(get(&bank.president, &format!("{DETAIL}/1")).await["data"]["attachFlag"], "1.1");
        path.push_str("&status=9");
        assert_eq!(get(&bank.president, &path).await["code"], 400);
        for wrong in ["roleId=1", "orgCode=17002", "accountId=6"] {
            assert_eq!(get(&bank.president, &format!("{DETAIL}/list?{PAGE}&{wrong}")).await["code"], 403, "{wrong}");
        }
        assert_eq!(get(&bank.manager, &format!("{DETAIL}/list?{PAGE}&roleId=1&orgCode=17101&accountId=2")).await["count"], 2);
    }

    async fn from_the_white_list_and_from_a_sheet(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let person = |serial: u32| json!({"customerName": "柳安宁", "idNumber": number(serial), "gridCode": "A-1"});
        assert_eq!(send(&bank.manager, "POST", "/grid/customer/whitelist", person(1)).await, done());
        for body in [json!({"list": [person(1), person(2)]}), json!([person(1), person(2)])] {
            let answer = send(&bank.manager, "POST", &format!("{DETAIL}/addlist"), body.clone()).await;
            let is_first = body.is_object();
            assert_eq!(answer["data"], json!({"success": i64::from(is_first), "faile": if is_first { "1" } else { "2" },
                "successList": if is_first { json!(["柳安宁"]) } else { json!([]) }, "faileList": if is_first { json!(["柳安宁"]) } else { json!(["柳安宁", "柳安宁"]) }}));
        }
        assert_eq!(send(&bank.manager, "POST", &format!("{DETAIL}/addlist"), json!({"list": [{"customerName": "x"}]})).await["code"], 400);
        assert_eq!(send(&bank.manager, "DELETE", &format!("{DETAIL}/1"), json!({})).await, done());
        assert_eq!(get(&bank.manager, &format!("{DETAIL}/1")).await["code"], 204);
        let template = format!("/grid/template/{}", utf8_percent_encode("待面谈面签模板.xls", NON_ALPHANUMERIC));
        let sheet = std::fs::read("assets/templates/interviews.xls").unwrap();
        assert_eq!(bank.manager.get(&template).await.body, sheet);
        assert_eq!(get(&app.nobody(), &template).await["code"], 401);
        let import = async |caller: &Caller, grid: &str| {
            let request = caller.request("POST", "/grid/file/credit/detail").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
            let form = json!({"gridCode": grid, "gridName": "x", "accountId": "2", "accountName": "x", "orgCode": "x", "orgName": "x", "file": "面签.xls"});
            app.send(request.body(Body::from(multipart(&form, &sheet))).unwrap()).await.json()
        };
        assert_eq!(import(&bank.manager, "A-1").await["data"], json!({"successCount": "0", "failCount": "0"}));
        assert_eq!(import(&bank.manager, "A-2").await["code"], 400);
        assert_eq!(import(&app.nobody(), "A-1").await["code"], 401);
        permit(&bank, &[14]).await;
        assert_eq!(get(&bank.president, &template).await["code"], 403);
    }
}

#[test]
fn the_template_has_the_columns_of_the_import() {
    use calamine::{Reader as _, Xls};
    let mut book: Xls<_> = calamine::open_workbook("assets/templates/interviews.xls").unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let header: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(header, quintet::domains::credit::credit_interview::import::TABLE.header());
}
