//! `interactionAdded`: what arrives, where, and what does not.

use quintet::events::{self, Row};
use serde_json::{Value, json};

use super::{ADD_SMS, ADDED, Socket, add_sms, serve, sms};
use crate::{
    app::both,
    estate::Estate,
    loan::{Loan, customer},
    service::{Team, create},
};

both! {
    async fn it_arrives_where_it_may_be_seen(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, bert, boss } = Loan::new(&app).await;
        let mut annas = Socket::subscribed(address, &anna, ADDED).await;
        let mut berts = Socket::subscribed(address, &bert, ADDED).await;
        let mut bosses = Socket::subscribed(address, &boss, ADDED).await;
        add_sms(&anna, &[sms("AA1611", 1, "anna's")]).await;
        add_sms(&bert, &[sms("AA0396", 1, "bert's")]).await;
        let event = annas.event().await["interactionAdded"].clone();
        assert_eq!((&event["kind"], &event["realm"]), (&json!("SMS_MESSAGE"), &json!("LOAN")));
        assert!(event["summary"].as_str().unwrap().contains("anna's"));
        assert!(berts.summary().await.contains("bert's"));
        assert!(bosses.summary().await.contains("anna's"));
        assert!(bosses.summary().await.contains("bert's"));
        // What is stored already is not added, and what is refused is not either.
        add_sms(&anna, &[sms("AA1611", 1, "anna's")]).await;
        let foreign = json!({"messages": [sms("AA1611", 2, "refused"), sms("AA0396", 2, "refused")]});
        assert_eq!(anna.query_with(ADD_SMS, foreign).await.code(), "BAD_USER_INPUT");
        add_sms(&anna, &[sms("AA1611", 3, "later")]).await;
        assert!(annas.summary().await.contains("later"));
    }

    async fn every_kind_arrives(app: TestApp) {
        let address = serve(&app).await;
        let admin = app.admin().await;
        let document = "subscription { interactionAdded { kind customer { name } staff { name } } }";
        let mut socket = Socket::subscribed(address, &admin, document).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        let mut kinds = Vec::new();
        let mut seen = async |socket: &mut Socket| {
            let event = socket.event().await["interactionAdded"].clone();
            assert!(event["staff"]["name"].is_string(), "{event}");
            kinds.push((event["kind"].as_str().unwrap().to_owned(), event["customer"]["name"].clone()));
        };
        customer(&anna, json!({"name": "Chen", "mobile": "13900000001", "code": "C1"})).await;
        add_sms(&anna, &[sms("AA1611", 1, "hello")]).await;
        seen(&mut socket).await;
        let call = json!([{"employeeCode": "AA1611", "mobile": "13900000001", "startedAt": "2026-01-01T00:00:00Z",
            "status": "OUTGOING_ANSWERED"}]);
        let add = "mutation($calls: [PhoneCallInput!]!) { phoneCallsAdd(calls: $calls) { added } }";
        anna.query_with(add, json!({"calls": call})).await.ok();
        seen(&mut socket).await;

        let Team { anna: staff, .. } = Team::new(&app).await;
        create(&staff, "serviceContactCreate", json!({"realName": "Zhang"})).await;
        let at = "2026-01-01T08:00:00Z";
        let report = "mutation($input: ContactReportCreateInput!) { contactReportCreate(input: $input) { followUp { id } } }";
        let input = json!({"contactId": 1, "recordedAt": at, "event": "CALL", "content": "wants more"});
        staff.query_with(report, json!({"input": input})).await.ok();
        seen(&mut socket).await;
        seen(&mut socket).await;
        create(&staff, "satisfactionRatingCreate", json!({"contactId": 1, "recordedAt": at, "score": 1})).await;
        seen(&mut socket).await;
        let zhang = json!("Zhang");
        assert_eq!(kinds, [
            ("SMS_MESSAGE".to_owned(), json!("Chen")), ("PHONE_CALL".to_owned(), json!("Chen")),
            ("FOLLOW_UP".to_owned(), zhang.clone()), ("DEMAND_CHANGE".to_owned(), zhang.clone()),
            ("SATISFACTION_RATING".to_owned(), zhang),
        ]);
    }

    async fn feedback_of_agents_arrives(app: TestApp) {
        let address = serve(&app).await;
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna, &bert]).await;
        let package = estate.package(project, 2).await;
        let mut annas = Socket::subscribed(address, &anna.caller, ADDED).await;
        let mut bosses = Socket::subscribed(address, &estate.boss, ADDED).await;
        bert.take(package).await;
        bert.report(package, "13800000000", "接受邀请").await;
        anna.take(package).await;
        anna.report(package, "13800000001", "继续跟进").await;
        assert!(annas.summary().await.contains("继续跟进"));
        assert_eq!(bosses.event().await["interactionAdded"]["kind"], "CALL_FEEDBACK");
        assert!(bosses.summary().await.contains("继续跟进"));
    }

    async fn one_may_ask_for_realms_or_a_customer(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        let admin = app.admin().await;
        customer(&anna, json!({"name": "Chen", "mobile": "13900000001", "code": "C1"})).await;
        customer(&anna, json!({"name": "Deng", "mobile": "13900000002", "code": "C2"})).await;
        let ids = admin.query("{ loanCustomers(last: 2) { nodes { id code } } }").await.ok();
        let id = |code: &str| {
            let nodes = ids["loanCustomers"]["nodes"].as_array().unwrap();
            nodes.iter().find(|node| node["code"] == code).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let of = |code: &str| format!("subscription {{ interactionAdded(customerId: \"{}\") {{ summary }} }}", id(code));
        let mut dengs = Socket::subscribed(address, &anna, &of("C2")).await;
        let service = "subscription { interactionAdded(realms: [SERVICE]) { summary } }";
        let mut service = Socket::subscribed(address, &admin, service).await;
        let to = |code: &str, content: &str| {
            let mut message = sms("AA1611", 1, content);
            message["receiver"] = code.into();
            message
        };
        add_sms(&anna, &[to("C1", "to Chen"), to("C2", "to Deng")]).await;
        assert!(dengs.summary().await.contains("to Deng"));
        let Team { anna: dora, .. } = Team::new(&app).await;
        create(&dora, "serviceContactCreate", json!({"realName": "Zhang"})).await;
        let rating = json!({"contactId": 1, "recordedAt": "2026-01-01T08:00:00Z", "score": 1});
        create(&dora, "satisfactionRatingCreate", rating).await;
        assert!(service.summary().await.starts_with("Satisfaction"));

        // A customer whom one may not see is none.
        for (caller, id) in [(&bert, id("C2")), (&anna, "nonsense".into()), (&anna, "5".into())] {
            let mut socket = Socket::of(address, caller).await;
            socket.subscribe("1", &format!("subscription {{ interactionAdded(customerId: \"{id}\") {{ id }} }}")).await;
            let message = socket.hear().await;
            let error = &message["payload"]["errors"][0]["extensions"];
            assert_eq!((&error["code"], &error["field"]), (&json!("BAD_USER_INPUT"), &json!("customerId")), "{message}");
            assert_eq!(socket.hear().await["type"], "complete");
        }
    }

    async fn of_a_large_upload_the_last_two_hundred_are_shown(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        let mut socket = Socket::subscribed(address, &anna, ADDED).await;
        let messages: Vec<Value> = (0..700).map(|index| sms("AA1611", index, &format!("number {index}."))).collect();
        add_sms(&anna, &messages).await;
        for index in 500..700 {
            let summary = socket.summary().await;
            assert!(summary.contains(&format!("number {index}.")), "{index}: {summary}");
        }
        add_sms(&anna, &[sms("AA1611", 5000, "the end")]).await;
        assert!(socket.summary().await.contains("the end"));
    }

    async fn what_is_rolled_back_never_happened(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        add_sms(&anna, &[sms("AA1611", 1, "one"), sms("AA1611", 2, "two")]).await;
        let mut socket = Socket::subscribed(address, &anna, ADDED).await;
        let mut tx = app.app.db.begin().await.unwrap();
        events::publish(&mut tx, "SmsMessage", &[Row { id: 1, of: None }]).await.unwrap();
        drop(tx);
        let mut tx = app.app.db.begin().await.unwrap();
        events::publish(&mut tx, "SmsMessage", &[Row { id: 2, of: None }]).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        tx.commit().await.unwrap();
        assert!(socket.summary().await.contains("two"));
        // A row that has gone again brings nothing.
        let mut tx = app.app.db.begin().await.unwrap();
        events::publish(&mut tx, "SmsMessage", &[Row { id: 999, of: None }, Row { id: 1, of: None }]).await.unwrap();
        events::publish(&mut tx, "Nothing", &[Row { id: 1, of: None }]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(socket.summary().await.contains("one"));
    }
}
