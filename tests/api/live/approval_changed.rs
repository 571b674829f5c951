//! `approvalChanged`: each step of an approval, for those who may see it. Interviews and approvals are interactions too.

use serde_json::json;

use super::{Socket, serve};
use crate::{
    app::{Caller, both},
    credit::{
        credit_approval::give,
        credit_interview::{enter, interviews, number},
        customer_image::{image, uploaded},
        grid::Grids,
    },
    customers::bank_customer::customers,
};

const CHANGED: &str = "subscription { approvalChanged { step result interview { databaseId stage } } }";

/// Subscribed to what `CHANGED` asks, of one interview
async fn about(address: std::net::SocketAddr, caller: &Caller, interview: i64) -> Socket {
    let document = CHANGED.replace("approvalChanged", &format!("approvalChanged(interviewId: {interview})"));
    Socket::subscribed(address, caller, &document).await
}

both! {
    async fn each_step_arrives_where_it_may_be_seen(app: TestApp) {
        let address = serve(&app).await;
        let Grids { bank, other, west } = interviews(&app).await;
        let mut accountants = Socket::subscribed(address, &bank.accountant, CHANGED).await;
        let mut others = Socket::subscribed(address, &other, CHANGED).await;
        let mut third = about(address, &bank.boss, 3).await;
        let mut wests = Socket::subscribed(address, &west, CHANGED).await;
        give(&bank.manager, 1, "AGREED").await.ok();
        give(&other, 2, "AGREED").await.ok();
        // What is refused does not happen.
        assert_eq!(give(&bank.president, 1, "AGREED").await.code(), "CONFLICT");
        give(&bank.accountant, 1, "REFUSED").await.ok();
        give(&bank.manager, 3, "REFUSED").await.ok();
        let step = |step: &str, result: &str, id: i64, stage: &str| {
            json!({"approvalChanged": {"step": step, "result": result, "interview": {"databaseId": id, "stage": stage}}})
        };
        let withdrawn = step("CUSTOMER_MANAGER", "REFUSED", 3, "WITHDRAWN");
        assert_eq!(third.event().await, withdrawn);
        let seen = [accountants.event().await, accountants.event().await, accountants.event().await, accountants.event().await];
        let steps: Vec<_> = seen.iter().map(|event| event["approvalChanged"]["interview"]["databaseId"].clone()).collect();
        assert_eq!(steps, [1, 2, 1, 3]);
        assert_eq!(seen[2]["approvalChanged"]["step"], "ACCOUNTANT");
        assert_eq!(others.event().await["approvalChanged"]["interview"]["databaseId"], 2);
        // Nothing of another branch came before what the socket is asked now.
        wests.say(json!({"type": "ping"})).await;
        assert_eq!(wests.hear().await["type"], "pong");

        let mut refused = Socket::of(address, &other).await;
        refused.subscribe("1", &CHANGED.replace("approvalChanged", "approvalChanged(interviewId: 1)")).await;
        let error = refused.hear().await["payload"]["errors"][0]["extensions"].clone();
        assert_eq!((&error["code"], &error["field"]), (&json!("BAD_USER_INPUT"), &json!("interviewId")));
    }

    async fn each_answer_holds_files_of_its_own(app: TestApp) {
        let address = serve(&app).await;
        let Grids { bank, .. } = interviews(&app).await;
        uploaded(&bank.boss, image(1, "IDENTITY")).await;
        // Two of them were too large for one answer.
        let large = "UPDATE customer_images SET interview_id = 1, size = 41943040";
        app.app.db.write().await.unwrap().batch(large).await.unwrap();
        let document = "subscription { approvalChanged { interview { images(first: 1) { nodes { base64 } } } } }";
        let mut bosses = Socket::subscribed(address, &bank.boss, document).await;
        for (caller, result) in [(&bank.manager, "AGREED"), (&bank.accountant, "REFUSED")] {
            give(caller, 1, result).await.ok();
            let event = bosses.event().await;
            assert!(event["approvalChanged"]["interview"]["images"]["nodes"][0]["base64"].is_string(), "{event}");
        }
    }

    async fn interviews_and_approvals_are_interactions(app: TestApp) {
        let address = serve(&app).await;
        let Grids { bank, .. } = customers(&app).await;
        let document = "subscription { interactionAdded(realms: [BANK]) { kind customer { databaseId } } }";
        let mut managers = Socket::subscribed(address, &bank.manager, document).await;
        enter(&bank.boss, json!({"idNumber": number(1)})).await.ok();
        let event = managers.event().await["interactionAdded"].clone();
        assert_eq!((&event["kind"], &event["customer"]["databaseId"]), (&json!("CREDIT_INTERVIEW"), &json!(1)));
        crate::credit::credit_interview::fill_in(&bank.boss, 1, crate::credit::credit_interview::form()).await.ok();
        give(&bank.manager, 1, "AGREED").await.ok();
        for kind in ["CUSTOMER_EVENT", "CREDIT_APPROVAL"] {
            assert_eq!(managers.event().await["interactionAdded"]["kind"], kind);
        }
    }
}
