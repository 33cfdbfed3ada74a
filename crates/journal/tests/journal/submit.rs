//! Requests: answered, shared among gates, across restarts.

use crate::harness::*;

#[tokio::test]
async fn a_request_is_answered_to_its_sender() {
    let bench = bench().await;
    let mut submissions = bench.journal.submissions().await.unwrap();
    let ask = async {
        // Not an organisation's id: left out, and nobody answers.
        bench
            .foreign
            .publish("habeas.submit.NOBODY", "x".into())
            .await
            .unwrap();
        bench
            .foreign
            .request("habeas.submit.licadho", "event".into())
            .await
            .unwrap()
    };
    let answer = async {
        let submission = submissions.next().await.unwrap();
        assert_eq!(
            (submission.org.as_str(), &*submission.payload),
            ("licadho", &b"event"[..])
        );
        submission.respond("verdict".into()).await.unwrap();
        let long = submission
            .respond(vec![b'x'; 300_000].into())
            .await
            .unwrap_err();
        assert!(
            matches!(long, journal::Error::Refused { code: 413, .. }),
            "{long}"
        );
    };
    let (answer, ()) = within(async { tokio::join!(ask, answer) }).await;
    assert_eq!(answer.payload, "verdict");
}

#[tokio::test]
async fn gates_share_requests_and_come_back_after_a_killed_server() {
    let bench = bench().await;
    let mut gates = Vec::new();
    for _ in 0..2 {
        let journal = bench.journal.clone();
        let mut submissions = journal.submissions().await.unwrap();
        gates.push(tokio::spawn(async move {
            let mut answered = 0;
            while let Some(submission) = submissions.next().await {
                submission
                    .respond(submission.payload.clone())
                    .await
                    .unwrap();
                answered += 1;
                if submission.payload == "stop" {
                    break;
                }
            }
            answered
        }));
    }
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
    for round in 0..2 {
        for number in 0..20 {
            // Right after the restart no gate may be back yet, which the server says at once.
            let answer = within(async {
                loop {
                    let ask = bench
                        .foreign
                        .request("habeas.submit.licadho", number.to_string().into());
                    match ask.await {
                        Ok(answer) => break answer,
                        Err(_) => looks.tick().await,
                    };
                }
            })
            .await;
            assert_eq!(answer.payload, number.to_string());
        }
        if round == 0 {
            kill_and_await_restart(&bench.child).await;
        }
    }
    let mut answered = 0;
    for _ in 0..2 {
        within(
            bench
                .foreign
                .request("habeas.submit.licadho", "stop".into()),
        )
        .await
        .unwrap();
    }
    for gate in gates {
        answered += within(gate).await.unwrap();
    }
    assert_eq!(answered, 42);
}
