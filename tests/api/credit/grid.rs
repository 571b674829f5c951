//! Grids, and who sees them.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    bank::{Bank, staff},
    service::{change, create, creation, deletion, ids},
};

/// Five grids: 1 and 2 of the office 4 (managers 2 and 5), 3 of branch 2 (manager 2), 4 of branch 3 (manager 6), 5 of
/// the headquarters
pub struct Grids {
    pub bank: Bank,
    /// Employee 5: another customer manager at the office
    pub other: Caller,
    /// Employee 6: president of branch 3
    pub west: Caller,
}

impl Grids {
    pub async fn new(app: &TestApp) -> Grids {
        let bank = Bank::new(app).await;
        let other = staff(app, &bank.boss, "other", 4, &[1]).await;
        let west = staff(app, &bank.boss, "west", 3, &[3]).await;
        for (code, branch, manager, kind) in [
            ("A-1", 4, Some(2), "VILLAGE"),
            ("A-2", 4, Some(5), "MARKET"),
            ("B-1", 2, Some(2), "SHOPS"),
            ("C-1", 3, Some(6), "VILLAGE"),
            ("D-1", 1, None, "COMPANY"),
        ] {
            let name = format!("Grid {code}");
            let input = json!({"code": code, "name": name, "branchId": branch, "managerId": manager, "kind": kind});
            create(&bank.boss, "gridCreate", input).await;
        }
        Grids { bank, other, west }
    }
}

pub fn reviewer(name: &str, number: &str) -> Value {
    json!({"name": name, "idNumber": number, "kind": "FORMAL"})
}

async fn seen(caller: &Caller, scope: Value) -> Result<Vec<i64>, String> {
    let lists = "query($scope: BankScopeInput) { grids(scope: $scope) { nodes { databaseId } }
        allGrids(scope: $scope) { databaseId } }";
    let answer = caller.query_with(lists, json!({"scope": scope})).await;
    if let Some(code) = answer.body.pointer("/errors/0/extensions/code") {
        return Err(code.as_str().unwrap().to_owned());
    }
    let data = answer.ok();
    assert_eq!(data["grids"]["nodes"], data["allGrids"]);
    Ok(data["allGrids"].as_array().unwrap().iter().map(|grid| grid["databaseId"].as_i64().unwrap()).collect())
}

both! {
    async fn rows_follow_manager_and_branch(app: TestApp) {
        let Grids { bank, other, west } = Grids::new(&app).await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]),
            (&bank.admin, vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![1, 2, 3]),
            (&bank.accountant, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3]),
            (&other, vec![2]),
        ] {
            assert_eq!(seen(caller, Value::Null).await, Ok(found));
        }
        let one = "{ grid(id: 2) { name } gridByCode(code: \"A-2\") { name } }";
        assert_eq!(bank.manager.query(one).await.ok(), json!({"grid": null, "gridByCode": null}));
        assert_eq!(other.query(one).await.ok()["gridByCode"]["name"], "Grid A-2");
        assert_eq!(app.nobody().query(one).await.code(), "UNAUTHENTICATED");
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        assert_eq!(stranger.query("{ grids { nodes { name } } }").await.code(), "FORBIDDEN");

        // A foreign row is as if it were not there.
        for caller in [&west, &other] {
            let input = json!({"id": 1, "input": {"name": "x"}});
            assert_eq!(caller.query_with(&change("gridUpdate", "name"), input).await.code(), "NOT_FOUND");
            assert_eq!(caller.query_with(&deletion("gridDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
        }
        // A role without the permission opens nothing.
        let input = json!({"id": 3, "input": {"permissionIds": [3]}});
        bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
        assert_eq!(bank.president.query("{ grids { nodes { name } } }").await.code(), "FORBIDDEN");
    }

    async fn parameters_only_narrow(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let forbidden = || Err("FORBIDDEN".to_owned());
        for (caller, scope, found) in [
            (&bank.president, json!({"roleId": 3, "staffId": 4, "branchCode": "17001"}), Ok(vec![1, 2, 3])),
            (&bank.president, json!({"branchCode": "17101"}), Ok(vec![1, 2])),
            (&bank.president, json!({"staffId": 2}), Ok(vec![1, 3])),
            (&bank.president, json!({"staffId": 2, "branchCode": "17101"}), Ok(vec![1])),
            (&bank.president, json!({"branchCode": "17002"}), forbidden()),
            (&bank.president, json!({"branchCode": "17000"}), forbidden()),
            (&bank.president, json!({"branchCode": "99"}), forbidden()),
            (&bank.president, json!({"staffId": 6}), forbidden()),
            (&bank.president, json!({"roleId": 1}), forbidden()),
            (&bank.president, json!({"roleId": 4}), forbidden()),
            (&bank.manager, json!({"roleId": 1, "staffId": 2, "branchCode": "17101"}), Ok(vec![1, 3])),
            (&bank.manager, json!({"staffId": 5}), forbidden()),
            (&bank.manager, json!({"roleId": 3}), forbidden()),
            (&bank.manager, json!({"branchCode": "17001"}), forbidden()),
            (&other, json!({"roleId": 1, "branchCode": "17101"}), Ok(vec![2])),
            (&bank.admin, json!({"roleId": 4, "staffId": 1, "branchCode": "17000"}), Ok(vec![1, 2, 3, 4, 5])),
            (&bank.boss, json!({"roleId": 1, "staffId": 6}), Ok(vec![4])),
        ] {
            assert_eq!(seen(caller, scope.clone()).await, found, "{scope}");
        }
        // Who is also a customer manager may look as one.
        let input = json!({"id": 4, "input": {"roleIds": [1, 3]}});
        bank.boss.query_with(&change("bankStaffUpdate", "name"), input).await.ok();
        assert_eq!(seen(&bank.president, json!({"roleId": 1})).await, Ok(vec![]));
        assert_eq!(seen(&bank.president, json!({"roleId": 3, "staffId": 4})).await, Ok(vec![1, 2, 3]));
    }

    async fn filters_and_pages(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        for (filter, found) in [
            (json!({"code": "A-1"}), vec![1]),
            (json!({"code": "A"}), vec![]),
            (json!({"name": "grid a"}), vec![1, 2]),
            (json!({"kind": "VILLAGE"}), vec![1, 4]),
            (json!({"managerId": 2}), vec![1, 3]),
            (json!({"managerName": "员工manager"}), vec![1, 3]),
            (json!({"branchId": 2}), vec![3]),
        ] {
            assert_eq!(ids(&bank.boss, "grids", "GridFilter", filter.clone()).await, found, "{filter}");
        }
        let page = "{ grids(page: {number: 2, size: 2}) { totalCount nodes { code } } }";
        assert_eq!(bank.president.query(page).await.ok()["grids"], json!({"totalCount": 3, "nodes": [{"code": "B-1"}]}));
        let relations = "{ grid(id: 1) { branch { code grids { nodes { code } } } manager { name grids(first: 1) { totalCount nodes { code } } } } }";
        assert_eq!(bank.president.query(relations).await.ok()["grid"], json!({
            "branch": {"code": "17101", "grids": {"nodes": [{"code": "A-1"}, {"code": "A-2"}]}},
            "manager": {"name": "员工manager", "grids": {"totalCount": 2, "nodes": [{"code": "A-1"}]}},
        }));
    }

    async fn review_groups_are_replaced(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let input = json!({
            "code": "N", "name": "New", "branchCode": "17101", "kind": "VILLAGE", "managerId": 2,
            "reviewers": [reviewer("Anna", "11x"), reviewer("Bert", "22")],
        });
        let id = create(&bank.president, "gridCreate", input).await;
        let group = "reviewers { totalCount nodes { databaseId name idNumber duties kind } }";
        let update = change("gridUpdate", group);
        let answer = bank.manager.query_with(&update, json!({"id": id, "input": {"name": "Newer"}})).await.ok();
        let before = answer["gridUpdate"]["grid"]["reviewers"].clone();
        assert_eq!((&before["totalCount"], &before["nodes"][0]["idNumber"]), (&json!(2), &json!("11X")));
        // Who stays keeps his number.
        let input = json!({"reviewers": [
            {"name": "Anna", "idNumber": " 11X", "kind": "CANDIDATE", "duties": "chair"}, reviewer("Cora", "33"),
        ]});
        let answer = bank.manager.query_with(&update, json!({"id": id, "input": input})).await.ok();
        let after = &answer["gridUpdate"]["grid"]["reviewers"]["nodes"];
        let first = json!({"databaseId": before["nodes"][0]["databaseId"], "name": "Anna", "idNumber": "11X", "duties": "chair", "kind": "CANDIDATE"});
        assert_eq!((&after[0], &after[1]["name"], after.as_array().unwrap().len()), (&first, &json!("Cora"), 2));
        for (reviewers, field) in [
            (json!([reviewer("Anna", "11x"), reviewer("Anna", "11X")]), "input.reviewers[1].idNumber"),
            (json!([reviewer("", "1")]), "input.reviewers[0].name"),
            (json!([reviewer("x", &"1".repeat(21))]), "input.reviewers[0].idNumber"),
            (json!((0..201).map(|number| reviewer("x", &number.to_string())).collect::<Vec<_>>()), "input.reviewers"),
        ] {
            let input = json!({"id": id, "input": {"reviewers": reviewers}});
            assert_eq!(bank.manager.query_with(&update, input).await.error(), ("BAD_USER_INPUT".into(), field.into()));
        }
        bank.manager.query_with(&deletion("gridDelete"), json!({"id": id})).await.ok();
        assert!(ids(&bank.boss, "gridReviewers", "GridReviewerFilter", json!({})).await.is_empty());
    }

    async fn nobody_gives_himself_more(app: TestApp) {
        let Grids { bank, west, .. } = Grids::new(&app).await;
        let new = |branch: i64, manager: Value| json!({"input":
            {"code": "X", "name": "X", "kind": "SHOPS", "branchId": branch, "managerId": manager}});
        for (caller, variables, field) in [
            (&bank.president, new(3, json!(null)), "input.branchId"),
            (&bank.president, new(2, json!(6)), "input.managerId"),
            (&bank.manager, new(2, json!(null)), "input.branchId"),
            (&bank.manager, new(4, json!(5)), "input.managerId"),
        ] {
            let error = caller.query_with(&creation("gridCreate"), variables.clone()).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".into(), field.into()), "{variables}");
        }
        let update = change("gridUpdate", "name");
        for (caller, id, input, field) in [
            (&bank.manager, 1, json!({"managerId": 5}), "input.managerId"),
            (&bank.manager, 1, json!({"managerId": null}), "input.managerId"),
            (&west, 4, json!({"branchId": 2}), "input.branchId"),
            (&bank.president, 1, json!({"code": ""}), "input.code"),
            (&bank.president, 1, json!({"name": "x".repeat(101)}), "input.name"),
            (&bank.president, 1, json!({"assistant": "x".repeat(51)}), "input.assistant"),
        ] {
            let error = caller.query_with(&update, json!({"id": id, "input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".into(), field.into()), "{input}");
        }
        let taken = json!({"id": 1, "input": {"code": "A-2"}});
        assert_eq!(bank.president.query_with(&update, taken).await.code(), "CONFLICT");
        let by_code = "mutation($code: String, $id: ID) { gridUpdate(code: $code, id: $id, input: {name: \"Y\"}) { grid { databaseId } } }";
        for (variables, found) in [(json!({"code": "A-2"}), 2), (json!({"code": "3"}), 3), (json!({"id": 1}), 1)] {
            let answer = bank.president.query_with(by_code, variables).await.ok();
            assert_eq!(answer["gridUpdate"]["grid"]["databaseId"], found);
        }
        assert_eq!(bank.president.query_with(by_code, json!({"code": "C-1"})).await.code(), "NOT_FOUND");
        assert_eq!(bank.president.query_with(by_code, json!({})).await.error().1, "id");
        // His own grid comes into a customer manager's hands, and a manager of grids stays.
        let own = create(&bank.manager, "gridCreate", json!({"code": "X", "name": "X", "kind": "SHOPS", "branchId": 4})).await;
        assert_eq!(ids(&bank.manager, "grids", "GridFilter", json!({"code": "X"})).await, [own]);
        let delete = deletion("bankStaffDelete");
        assert_eq!(bank.boss.query_with(&delete, json!({"id": 2})).await.code(), "CONFLICT");
    }
}
