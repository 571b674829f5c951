//! The tree of branches.

use serde_json::{Value, json};

use crate::{
    app::both,
    bank::Bank,
    service::{change, create, creation, deletion, ids},
};

both! {
    async fn a_tree_grows_and_moves(app: TestApp) {
        let bank = Bank::new(&app).await;
        let input = json!({
            "code": "17102", "name": "东二所", "parentId": 2, "level": 2, "isVirtual": true, "kind": "GROUP",
            "relation": "REPORTING", "corporationCode": "C", "description": "D",
        });
        let id = create(&bank.admin, "branchCreate", input.clone()).await;
        let fields = "code name level isActive isVirtual kind relation corporationCode description parent { code }";
        let one = bank.admin.query(&format!("{{ branch(id: {id}) {{ {fields} }} }}")).await.ok()["branch"].clone();
        for (name, value) in input.as_object().unwrap().iter().filter(|(name, _)| *name != "parentId") {
            assert_eq!(one[name], *value, "{name}");
        }
        assert_eq!((&one["parent"]["code"], &one["isActive"]), (&json!("17001"), &json!(true)));

        let tree = |id: i64| {
            let admin = bank.admin.clone();
            async move {
                let answer = admin.query(&format!("{{ branchTree(id: {id}) {{ code }} }}")).await.ok();
                let codes = answer["branchTree"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned());
                codes.collect::<Vec<_>>()
            }
        };
        assert_eq!(tree(1).await, ["17000", "17001", "17002", "17101", "17102"]);
        assert_eq!(tree(2).await, ["17001", "17101", "17102"]);
        // Branch 2 moves below branch 3, with all below it.
        let update = change("branchUpdate", "code parent { code } children(first: 5) { nodes { code } totalCount }");
        let moves = json!({"id": 2, "input": {"parentId": 3, "level": 2, "relation": null}});
        assert_eq!(bank.admin.query_with(&update, moves).await.error().1, "input.level", "its offices are of level 2");
        for office in [4, id] {
            bank.admin.query_with(&update, json!({"id": office, "input": {"level": 3}})).await.ok();
        }
        let moves = json!({"id": 2, "input": {"parentId": 3, "level": 2, "relation": null}});
        let moved = bank.admin.query_with(&update, moves).await.ok()["branchUpdate"]["branch"].clone();
        assert_eq!(moved, json!({
            "code": "17001", "parent": {"code": "17002"},
            "children": {"nodes": [{"code": "17101"}, {"code": "17102"}], "totalCount": 2},
        }));
        assert_eq!(tree(3).await, ["17001", "17002", "17101", "17102"]);
        assert_eq!(tree(2).await, ["17001", "17101", "17102"]);
        assert_eq!(tree(1).await.len(), 5);
        // A branch does not stand below itself.
        for parent in [2, 4] {
            let knot = json!({"id": 2, "input": {"parentId": parent, "level": 4}});
            assert_eq!(bank.admin.query_with(&update, knot).await.error().1, "input.parentId");
        }
        let top = json!({"id": 2, "input": {"parentId": null, "level": 1}});
        bank.admin.query_with(&update, top).await.ok();
        assert_eq!((tree(1).await.len(), tree(2).await.len()), (2, 3));
    }

    async fn what_is_in_use_stays(app: TestApp) {
        let bank = Bank::new(&app).await;
        let id = create(&bank.admin, "branchCreate", json!({"code": "17102", "name": "N", "parentId": 3, "level": 2})).await;
        let delete = |id: i64| async move { (deletion("branchDelete"), json!({"id": id})) };
        for used in [1, 2, 3, 4] {
            let (document, variables) = delete(used).await;
            assert_eq!(bank.admin.query_with(&document, variables).await.code(), "CONFLICT", "{used}");
        }
        let named = format!("mutation {{ branchDelete(id: {id}, code: \"17001\") {{ branch {{ name }} }} }}");
        assert_eq!(bank.admin.query(&named).await.error(), ("BAD_USER_INPUT".into(), "code".into()));
        let (document, variables) = delete(id).await;
        bank.admin.query_with(&document, variables.clone()).await.ok();
        assert_eq!(bank.admin.query_with(&document, variables).await.code(), "NOT_FOUND");
        let (document, variables) = delete(3).await;
        bank.admin.query_with(&document, variables).await.ok();
        let entries = app.admin().await.query("{ auditEntries(first: 2, filter: {entity: \"Branch\"}) { nodes { action } } }").await;
        assert_eq!(entries.ok()["auditEntries"]["nodes"], json!([{"action": "branchDelete"}, {"action": "branchDelete"}]));
    }

    async fn inputs_are_checked(app: TestApp) {
        let bank = Bank::new(&app).await;
        for (patch, field) in [
            (json!({"code": "12a"}), "input.code"),
            (json!({"code": "0123"}), "input.code"),
            (json!({"code": "1".repeat(21)}), "input.code"),
            (json!({"name": " "}), "input.name"),
            (json!({"name": "x".repeat(31)}), "input.name"),
            (json!({"level": 5}), "input.level"),
            (json!({"level": 1}), "input.level"),
            (json!({"parentId": 99}), "input.parentId"),
            (json!({"corporationCode": "x".repeat(21)}), "input.corporationCode"),
        ] {
            let mut input = json!({"code": "17102", "name": "N", "parentId": 2, "level": 2});
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = bank.admin.query_with(&creation("branchCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let taken = json!({"input": {"code": "17001", "name": "N", "parentId": 2, "level": 2}});
        assert_eq!(bank.admin.query_with(&creation("branchCreate"), taken).await.code(), "CONFLICT");
        for (filter, found) in [
            (json!({"name": "支行"}), vec![2, 3]),
            (json!({"code": "17000"}), vec![1]),
            (json!({"parentId": 2}), vec![4]),
            (json!({"level": 1, "isActive": true}), vec![2, 3]),
            (json!({"isActive": false}), vec![]),
        ] {
            assert_eq!(ids(&bank.admin, "branches", "BranchFilter", filter).await, found);
        }
        let staff = "{ branches { nodes { staff(first: 5) { nodes { login branch { code } } } } } }";
        let answer = bank.admin.query(staff).await.ok();
        let there: Vec<usize> = answer["branches"]["nodes"].as_array().unwrap().iter()
            .map(|row: &Value| row["staff"]["nodes"].as_array().unwrap().len()).collect();
        assert_eq!(there, [1, 2, 0, 1]);
    }
}
