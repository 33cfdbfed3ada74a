//! Verdicts: stored durably, listed for each organisation by itself.

use bytes::Bytes;
use event::OrgId;

use crate::harness::*;

#[tokio::test]
async fn verdicts_are_listed_in_order_for_each_organisation() {
    let bench = bench().await;
    let journal = &bench.journal;
    let (licadho, cchr) = (org("licadho"), org("cchr"));
    assert_eq!(within(journal.verdicts(&licadho, 0, 10)).await.unwrap(), []);
    journal.publish_verdict(&licadho, "1".into()).await.unwrap();
    let many: Vec<(OrgId, Bytes)> = (2..=1_500_u32)
        .map(|n| {
            (
                if n % 3 == 0 {
                    cchr.clone()
                } else {
                    licadho.clone()
                },
                n.to_string().into(),
            )
        })
        .collect();
    within(journal.publish_verdicts(&many)).await.unwrap();
    journal.publish_verdicts(&[]).await.unwrap();

    let mut listed = Vec::new();
    let mut after = 0;
    loop {
        let page = within(journal.verdicts(&licadho, after, 300))
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 300 && page[0].sequence > after);
        after = last.sequence;
        listed.extend(page);
    }
    let right: Vec<String> = (1..=1_500)
        .filter(|n| n % 3 != 0)
        .map(|n: u32| n.to_string())
        .collect();
    assert_eq!(texts(listed.iter().map(|v| &v.payload)), right);
    let others = within(journal.verdicts(&cchr, 0, 2)).await.unwrap();
    assert_eq!(texts(others.iter().map(|v| &v.payload)), ["3", "6"]);
    assert_eq!((others[0].sequence, others[1].sequence), (3, 6));
    assert_eq!(within(journal.verdicts(&cchr, 0, 0)).await.unwrap(), []);
}

#[tokio::test]
async fn verdicts_survive_a_killed_server_and_reach_who_subscribes() {
    let bench = bench().await;
    let licadho = org("licadho");
    let mut own = bench
        .foreign
        .subscribe("habeas.verdict.licadho")
        .await
        .unwrap();
    // An answer on the same connection: by now the server has the subscription.
    api(&bench.foreign, "INFO", serde_json::Value::Null).await;
    within(bench.journal.publish_verdict(&licadho, "in".into()))
        .await
        .unwrap();
    let told = within(futures_util::StreamExt::next(&mut own))
        .await
        .unwrap();
    assert_eq!(told.payload, "in");
    kill_and_await_restart(&bench.child).await;
    let mut connection = bench.journal.connection();
    within(connection.wait_for(|now| now.epoch == 2))
        .await
        .unwrap();
    // What is read has its own connection, which comes back by itself too.
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
    let listed = within(async {
        loop {
            looks.tick().await;
            match bench.journal.verdicts(&licadho, 0, 10).await {
                Ok(listed) => break listed,
                Err(error) => println!("{error}"),
            }
        }
    })
    .await;
    assert_eq!(texts(listed.iter().map(|v| &v.payload)), ["in"]);
}
