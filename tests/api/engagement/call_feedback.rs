//! What calls came to: reported by the agent who has the number, linked to the customer he makes of it.

use serde_json::{Value, json};

use crate::{
    app::both,
    estate::{Estate, REPORT},
};

both! {
    async fn a_number_is_called_once_reported(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let project = estate.project(0, 0, &[&anna]).await;
        let package = estate.package(project, 1).await;
        anna.take(package).await;
        let first = anna.report(package, "+86 138-0000-0000", "继续跟进").await;
        let expected = json!({
            "databaseId": first["databaseId"], "ownerName": "Owner 0", "outcome": "继续跟进", "customerId": null,
            "customer": null, "phone": {"status": "CALLED"},
        });
        assert_eq!(first, expected);
        let input = json!({
            "packageId": package, "projectId": project, "phone": "13800000000", "ownerName": "Mr Li",
            "outcome": "接受邀请",
        });
        let second = anna.caller.query_with(REPORT, json!({"input": input})).await.ok();
        assert_eq!(second["callFeedbackCreate"]["callFeedback"]["ownerName"], "Mr Li");

        let list = "query($filter: CallFeedbackFilter) { callFeedbacks(filter: $filter) { totalCount nodes {
            summary at realm staff { name } agent { number } phone { phone feedback { totalCount } }
            package { name feedback { totalCount } } project { name feedback { totalCount } } } } }";
        let answer = anna.caller.query_with(list, json!({})).await.ok()["callFeedbacks"].clone();
        assert_eq!(answer["totalCount"], 2);
        let mut newest = answer["nodes"][0].clone();
        assert!(newest["at"].as_str().unwrap().ends_with('Z'));
        newest.as_object_mut().unwrap().remove("at");
        let two = json!({"totalCount": 2});
        let expected = json!({
            "summary": "Call to Mr Li: 接受邀请", "realm": "ESTATE", "staff": {"name": "Agent 00006"},
            "agent": {"number": "00006"}, "phone": {"phone": "13800000000", "feedback": two},
            "package": {"name": "VIP", "feedback": two}, "project": {"name": "Pine Court", "feedback": two},
        });
        assert_eq!(newest, expected);
        for (filter, count) in [
            (json!({"projectId": project, "packageId": package, "agentId": anna.id}), 2),
            (json!({"outcome": "接受邀请"}), 1),
            (json!({"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}), 0),
            (json!({"projectId": 999}), 0),
        ] {
            let answer = estate.boss.query_with(list, json!({"filter": filter})).await.ok();
            assert_eq!(answer["callFeedbacks"]["totalCount"], count, "{filter}");
        }
        let one = "query($id: ID!) { callFeedback(id: $id) { outcome } }";
        let bert = estate.agent("00007").await;
        assert_eq!(bert.caller.query_with(list, json!({})).await.ok()["callFeedbacks"]["totalCount"], 0);
        let id = json!({"id": first["databaseId"]});
        assert_eq!(bert.caller.query_with(one, id.clone()).await.ok()["callFeedback"], json!(null));
        assert_eq!(anna.caller.query_with(one, id).await.ok()["callFeedback"]["outcome"], "继续跟进");
    }

    async fn what_is_refused(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna, &bert]).await;
        let other = estate.project(0, 0, &[&anna]).await;
        let (package, elsewhere) = (estate.package(project, 3).await, estate.package(other, 1).await);
        anna.take(package).await;
        bert.take(package).await;
        let good = json!({
            "packageId": package, "projectId": project, "phone": "13800000000", "outcome": "接受邀请",
        });
        let with = |field: &str, value: Value| {
            let mut input = good.clone();
            input[field] = value;
            json!({"input": input})
        };
        for (field, value) in [
            // Another agent's, nobody's, none of the package's, no number
            ("phone", json!("13800000001")),
            ("phone", json!("13800000002")),
            ("phone", json!("13900000000")),
            ("phone", json!("")),
            ("projectId", json!(other)),
            ("projectId", json!(999)),
            ("outcome", json!("0")),
            ("outcome", json!("")),
            ("ownerName", json!("x".repeat(101))),
        ] {
            let error = anna.caller.query_with(REPORT, with(field, value.clone())).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), format!("input.{field}")), "{field} {value}");
        }
        for package in [elsewhere, 999] {
            let error = anna.caller.query_with(REPORT, with("packageId", json!(package))).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), "input.phone".to_owned()));
        }
        let good = json!({"input": good});
        assert_eq!(estate.boss.query_with(REPORT, good.clone()).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query_with(REPORT, good.clone()).await.code(), "UNAUTHENTICATED");
        // The project's last day may pass between the call and its report.
        let close = "mutation($id: ID!, $day: Date!) { estateProjectUpdate(id: $id, input: {startsOn: $day, endsOn: $day}) {
            estateProject { id } } }";
        estate.boss.query_with(close, json!({"id": project, "day": crate::estate::day(-1)})).await.ok();
        anna.caller.query_with(REPORT, good).await.ok();
    }

    async fn feedback_finds_the_customer_before_and_after(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna, &bert]).await;
        let package = estate.package(project, 2).await;
        anna.take(package).await;
        anna.take(package).await;
        let before = anna.customer("Li", "138-0000-0000").await["databaseId"].clone();
        assert_eq!(anna.report(package, "13800000000", "接受邀请").await["customer"]["databaseId"], before);
        let feedback = anna.report(package, "13800000001", "接受邀请").await;
        assert_eq!(feedback["customer"], json!(null));
        // Another agent's customer with this phone has nothing to do with it.
        bert.customer("Wang", "13800000001").await;
        let after = anna.customer("Wang", "13800000001").await["databaseId"].clone();
        let query = "{ propertyCustomers { nodes { databaseId agent { number } feedback { nodes { databaseId } } } } }";
        let answer = estate.boss.query(query).await.ok()["propertyCustomers"]["nodes"].clone();
        assert_eq!(answer[0]["databaseId"], after);
        assert_eq!(answer[0]["feedback"]["nodes"], json!([{"databaseId": feedback["databaseId"]}]));
        assert_eq!(answer[1]["agent"]["number"], "00007");
        assert_eq!(answer[1]["feedback"]["nodes"], json!([]));
        assert_eq!(answer[2]["feedback"]["nodes"].as_array().unwrap().len(), 1);
        let delete = "mutation($id: ID!) { propertyCustomerDelete(id: $id) { propertyCustomer { id } } }";
        anna.caller.query_with(delete, json!({"id": after})).await.ok();
        let answer = anna.caller.query("{ callFeedbacks { nodes { customerId } } }").await.ok();
        assert_eq!(answer["callFeedbacks"]["nodes"][0]["customerId"], json!(null));
    }
}
