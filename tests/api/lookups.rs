//! Look-ups that requests share: one statement for all who wait, and for each of them what his rule lets through.

use std::{pin::pin, time::Duration};

use futures_util::{FutureExt as _, future::join_all, poll};
use quintet::{
    auth::{Realm, Viewer},
    db::Where,
    domains::customers::LoanCustomer,
    graphql::{entity::Visible as _, lookups::Lookups},
};

use crate::{
    app::on_postgres,
    waiting::{CANCELLED, locked, of_waiting, until_waiting},
};

/// Longer than any test
const FOR_EVER: Duration = Duration::from_secs(3600);

fn officer(profile_id: i64) -> Viewer {
    Viewer { account_id: Some(1), realm: Some(Realm::Loan), profile_id: Some(profile_id), ..Viewer::default() }
}

#[test]
fn who_waits_shares_a_statement() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            let lookups = Lookups::new(app.app.db.clone(), 1, FOR_EVER);
            let mut all = pin!(join_all(customers.iter().map(|it| lookups.find(Where::default, vec![it.id]))));
            // All of them have asked.
            assert!(poll!(&mut all).is_pending());
            tokio::select! {
                _ = &mut all => panic!("the table is not locked"),
                () = until_waiting(&app, 1) => {}
            }
            held.commit().await.unwrap();
            for (found, wanted) in all.await.into_iter().zip(&customers) {
                let ids: Vec<_> = found.unwrap().iter().map(|row| row.id).collect();
                assert_eq!(ids, [wanted.id]);
            }
        }
        .boxed()
    });
}

#[test]
fn each_gets_what_his_rule_lets_through() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            let lookups = Lookups::new(app.app.db.clone(), 1, FOR_EVER);
            let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
            let mut officers: Vec<_> = customers.iter().map(|it| it.officer_id.number).collect();
            officers.sort_unstable();
            officers.dedup();
            assert!(officers.len() > 1);
            // Each three times: two of them share.
            let officers: Vec<_> = officers.iter().cycle().take(3 * officers.len()).map(|it| officer(*it)).collect();
            let find = |viewer| lookups.find(move || LoanCustomer::visible(viewer), ids.clone());
            let mut all = pin!(join_all(officers.iter().map(find)));
            assert!(poll!(&mut all).is_pending());
            held.commit().await.unwrap();
            for (found, officer) in all.await.into_iter().zip(&officers) {
                let mut found: Vec<_> = found.unwrap().iter().map(|row| row.id).collect();
                let own = |it: &&LoanCustomer| Some(it.officer_id.number) == officer.profile_id;
                let mut own: Vec<_> = customers.iter().filter(own).map(|customer| customer.id).collect();
                found.sort_unstable();
                own.sort_unstable();
                assert_eq!(found, own);
            }
        }
        .boxed()
    });
}

#[test]
fn a_statement_that_fails_fails_for_nobody_else() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            let lookups = Lookups::new(app.app.db.clone(), 1, FOR_EVER);
            let find = |it: &LoanCustomer| Box::pin(lookups.find(Where::default, vec![it.id]));
            let mut first = find(&customers[0]);
            assert!(poll!(&mut first).is_pending());
            let mut others = pin!(join_all(customers[1..6].iter().map(find)));
            assert!(poll!(&mut others).is_pending());
            tokio::select! {
                _ = &mut first => panic!("the table is not locked"),
                () = until_waiting(&app, 1) => {}
            }
            assert_eq!(of_waiting(&app, CANCELLED).await, 1);
            assert!(first.await.is_err());
            // The others' own statement: where it fails, each of them goes by himself.
            until_waiting(&app, 1).await;
            assert_eq!(of_waiting(&app, CANCELLED).await, 1);
            tokio::select! {
                _ = &mut others => panic!("the table is not locked"),
                () = until_waiting(&app, 5) => {}
            }
            held.commit().await.unwrap();
            for (found, wanted) in others.await.into_iter().zip(&customers[1..]) {
                assert_eq!(found.unwrap()[0].id, wanted.id);
            }
        }
        .boxed()
    });
}

#[test]
fn who_gives_up_holds_nobody_up() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            let lookups = Lookups::new(app.app.db.clone(), 1, FOR_EVER);
            let find = |it: &LoanCustomer| Box::pin(lookups.find(Where::default, vec![it.id]));
            let (mut first, mut second) = (find(&customers[0]), find(&customers[1]));
            let mut others = pin!(join_all(customers[2..6].iter().map(find)));
            assert!(
                poll!(&mut first).is_pending() && poll!(&mut second).is_pending() && poll!(&mut others).is_pending()
            );
            drop((first, second));
            held.commit().await.unwrap();
            for (found, wanted) in others.await.into_iter().zip(&customers[2..]) {
                assert_eq!(found.unwrap()[0].id, wanted.id);
            }
        }
        .boxed()
    });
}

#[test]
fn nobody_waits_for_ever_for_another_s_statement() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            let lookups = Lookups::new(app.app.db.clone(), 1, Duration::from_millis(100));
            let mut all = pin!(join_all(customers[..6].iter().map(|it| lookups.find(Where::default, vec![it.id]))));
            tokio::select! {
                _ = &mut all => panic!("the table is not locked"),
                () = until_waiting(&app, 6) => {}
            }
            held.commit().await.unwrap();
            for (found, wanted) in all.await.into_iter().zip(&customers) {
                assert_eq!(found.unwrap()[0].id, wanted.id);
            }
        }
        .boxed()
    });
}
