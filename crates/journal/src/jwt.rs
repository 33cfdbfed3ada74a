//! The tokens by which a broker asks who may connect, and is answered: JSON, signed with an nkey.
//!
//! Source: nats-io/jwt, v2: header `ed25519-nkey`, the signature over header and payload as they are sent;
//! ADR-26 (auth callout).
//!
//! Never here: who may connect.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nkeys::{KeyPair, KeyPairType};
use serde_json::{Value, json};

use crate::callout::Grant;

const HEADER: &str = r#"{"typ":"JWT","alg":"ed25519-nkey"}"#;

/// What a broker asks: who connects, and what of it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// For whom the answer must be made out.
    pub(crate) user: String,
    /// The server that asks.
    pub(crate) server: String,
    /// The public key whose holder has signed this connection's challenge; none where nobody has.
    pub(crate) key: Option<String>,
}

impl Question {
    /// Reads what a broker asks.
    pub(crate) fn parse(token: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(token).ok()?;
        let payload = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let text = |pointer: &str| claims.pointer(pointer)?.as_str();
        let proven = || {
            let (key, nonce) = (
                text("/nats/connect_opts/nkey")?,
                text("/nats/client_info/nonce")?,
            );
            let signature = text("/nats/connect_opts/sig")?;
            let signature = URL_SAFE_NO_PAD
                .decode(signature)
                .or_else(|_| STANDARD.decode(signature))
                .ok()?;
            let pair = KeyPair::from_public_key(key).ok()?;
            let is_user = pair.key_pair_type() == KeyPairType::User;
            let is_signed = pair.verify(nonce.as_bytes(), &signature).is_ok();
            (is_user && is_signed && !nonce.is_empty()).then(|| key.to_owned())
        };
        Some(Self {
            user: text("/nats/user_nkey")?.to_owned(),
            server: text("/nats/server_id/id")?.to_owned(),
            key: proven(),
        })
    }

    /// Makes the answer: the grant, or a reason, which the broker writes into its log.
    pub(crate) fn answer(
        &self,
        issuer: &KeyPair,
        (granted, now): (Result<&Grant, &str>, i64),
    ) -> Option<String> {
        let kind = "authorization_response";
        let answer = match granted {
            Ok(grant) => {
                let token = self.user_token(issuer, grant, now)?;
                json!({"type": kind, "version": 2, "jwt": token})
            }
            Err(reason) => json!({"type": kind, "version": 2, "error": reason}),
        };
        let claims = json!({
            "iss": issuer.public_key(), "iat": now, "sub": self.user, "aud": self.server, "nats": answer,
        });
        sign(issuer, &claims)
    }

    fn user_token(&self, issuer: &KeyPair, grant: &Grant, now: i64) -> Option<String> {
        let allow = |subjects: &[String]| match subjects {
            // An empty list of what is allowed would allow everything.
            [] => json!({"deny": [">"]}),
            some => json!({"allow": some}),
        };
        let claims = json!({
            "iss": issuer.public_key(), "iat": now, "sub": self.user, "aud": grant.account,
            // 0: it does not run out.
            "exp": grant.expires_seconds.unwrap_or_default(),
            "nats": {
                "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1,
                "pub": allow(&grant.publish), "sub": allow(&grant.subscribe),
            },
        });
        sign(issuer, &claims)
    }
}

fn sign(issuer: &KeyPair, claims: &Value) -> Option<String> {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", part(HEADER), part(&claims.to_string()));
    let signature = issuer.sign(signed.as_bytes()).ok()?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(key: &KeyPair, nonce: &str, signed: &str) -> Option<Question> {
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
        let claims = json!({"nats": {
            "user_nkey": "U1", "server_id": {"id": "N1"}, "client_info": {"nonce": nonce},
            "connect_opts": {"nkey": key.public_key(), "sig": signature},
        }});
        let issuer = KeyPair::new_from_raw(KeyPairType::Server, [1; 32]).unwrap();
        Question::parse(sign(&issuer, &claims).unwrap().as_bytes())
    }

    #[test]
    fn only_who_signed_this_challenge_is_known_by_a_key() {
        let user = KeyPair::new_from_raw(KeyPairType::User, [2; 32]).unwrap();
        let account = KeyPair::new_from_raw(KeyPairType::Account, [3; 32]).unwrap();
        let key = |asked: Option<Question>| asked.unwrap().key;
        assert_eq!(key(asked(&user, "abc", "abc")), Some(user.public_key()));
        assert_eq!(key(asked(&user, "abc", "xyz")), None);
        assert_eq!(key(asked(&user, "", "")), None);
        assert_eq!(key(asked(&account, "abc", "abc")), None);
        assert_eq!(Question::parse(b"a.b.c"), None);
    }

    #[test]
    fn what_is_signed_is_verified_by_the_issuer_and_says_what_is_allowed() {
        let issuer = KeyPair::new_from_raw(KeyPairType::Account, [4; 32]).unwrap();
        let user = KeyPair::new_from_raw(KeyPairType::User, [2; 32]).unwrap();
        let question = asked(&user, "abc", "abc").unwrap();
        let grant = Grant {
            account: "key-1".to_owned(),
            publish: Vec::new(),
            subscribe: vec!["_INBOX.>".to_owned()],
            expires_seconds: Some(9),
        };
        let read = |token: &str| -> Value {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            issuer.verify(signed.as_bytes(), &signature).unwrap();
            let payload = signed.split('.').nth(1).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
        };
        let answer = read(&question.answer(&issuer, (Ok(&grant), 5)).unwrap());
        assert_eq!(
            (&answer["sub"], &answer["aud"]),
            (&json!("U1"), &json!("N1"))
        );
        let user = read(answer["nats"]["jwt"].as_str().unwrap());
        assert_eq!(user["nats"]["pub"], json!({"deny": [">"]}));
        assert_eq!((&user["aud"], &user["exp"]), (&json!("key-1"), &json!(9)));
        let refused = read(&question.answer(&issuer, (Err("no"), 5)).unwrap());
        assert_eq!(refused["nats"]["error"], "no");
    }
}
