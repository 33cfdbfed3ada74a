//! What somebody typed: the body of a form, by whom it was sent, and which of its buttons was pressed.
//!
//! Start at [`Submission::read`].
//!
//! Never here: what is made of it.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use form::Pairs;

use crate::access::MayWrite;
use crate::http::body::{self, OTHER_BYTES_MAX};
use crate::http::{Problem, Sort};
use crate::page::NodeRequest;
use crate::page::pages::access::transport;
use web::http::parameters;

/// The most bytes of a form: an event of 60,000 bytes, of which a browser writes each as up to three, with the
/// names of its inputs. Source: docs/reference/limits.md.
pub const FORM_BYTES_MAX: usize = 512 << 10;

/// Which button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// What would be sent is shown.
    Check,
    /// It is sent.
    Send,
    /// It is typed on.
    Back,
    /// One more item of the list of this name.
    Add(String),
    /// What has this name is taken away.
    Drop(String),
    /// The person of this name is the one with that id.
    Person(String, String),
    /// It is of this case.
    Case(String),
}

impl Act {
    /// Reads the value of a button; who presses the return key checks.
    fn parse(text: &str) -> Option<Self> {
        Some(match text.split_once(' ') {
            None => match text {
                "" | "check" => Self::Check,
                "send" => Self::Send,
                "back" => Self::Back,
                _ => return None,
            },
            Some(("add", name)) => Self::Add(name.to_owned()),
            Some(("drop", name)) => Self::Drop(name.to_owned()),
            Some(("case", id)) => Self::Case(id.to_owned()),
            Some(("person", rest)) => {
                let (name, id) = rest.split_once(' ')?;
                Self::Person(name.to_owned(), id.to_owned())
            }
            Some(_) => return None,
        })
    }

    /// Returns the value of its button.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Check => "check".to_owned(),
            Self::Send => "send".to_owned(),
            Self::Back => "back".to_owned(),
            Self::Add(name) => format!("add {name}"),
            Self::Drop(name) => format!("drop {name}"),
            Self::Person(name, id) => format!("person {name} {id}"),
            Self::Case(id) => format!("case {id}"),
        }
    }
}

/// A form that was sent.
pub(super) struct Submission {
    /// Which button was pressed.
    pub(super) act: Act,
    /// The event's own id, where the form has one already.
    pub(super) id: Option<String>,
    /// What the form was filled with, where it was filled with an event.
    pub(super) base: String,
    /// All else.
    pub(super) pairs: Pairs,
    token: String,
}

/// The inputs of a form that are no part of the event, beside those below `/data`.
const OWN: [&str; 6] = ["form", "act", "id", "base", "/subject", "/time"];

/// Returns the right to send a form, and the form to be read. Of who has none a short form is read off first: a
/// browser that is still sending would not see the answer.
///
/// # Errors
/// [`Problem`] of who has no right.
pub(super) async fn with_right<T>(
    request: &NodeRequest,
    body: Body,
    right: Result<T, impl Into<Problem>>,
) -> Result<(T, Body), Problem> {
    match right {
        Ok(right) => Ok((right, body)),
        Err(refused) => {
            let memory = &request.app.bounds.bodies;
            drop(body::read(memory, request.headers(), body, OTHER_BYTES_MAX).await);
            Err(refused.into())
        }
    }
}

impl Submission {
    /// Reads the body of a form; `more` are inputs of this page's own.
    ///
    /// # Errors
    /// [`Problem`] of a body that is too large, cut off or no form, and of an input that the page does not have.
    pub(super) async fn read(
        request: &NodeRequest,
        body: Body,
        more: &[&str],
    ) -> Result<Self, Problem> {
        let memory = &request.app.bounds.bodies;
        let held = body::read(memory, request.headers(), body, FORM_BYTES_MAX).await?;
        let wrong = |detail: String| Problem::new(Sort::Body, detail);
        let text = std::str::from_utf8(&held.bytes)
            .map_err(|_| wrong("the form is not UTF-8".to_owned()))?;
        let sent = parameters::decode_form(text)?;
        let known =
            |name: &str| name.starts_with("/data") || OWN.contains(&name) || more.contains(&name);
        if let Some((name, _)) = sent.iter().find(|(name, _)| !known(name)) {
            return Err(wrong(format!("the form has no input {name:?}")));
        }
        let mut pairs = Pairs::new(sent).map_err(|why| wrong(why.to_string()))?;
        let mut take = |name: &str| {
            let value = pairs.text(name);
            pairs.remove(name);
            value
        };
        let (token, act, id, base) = (take("form"), take("act"), take("id"), take("base"));
        let act =
            Act::parse(&act).ok_or_else(|| wrong(format!("the form has no button {act:?}")))?;
        Ok(Self {
            act,
            id: Some(id).filter(|id| uuid::Uuid::parse_str(id).is_ok()),
            base,
            pairs,
            token,
        })
    }

    /// Gives the proof to send what was typed; none where the form was not shown by this node to the same browser
    /// and session, or too long ago: then it is shown once more.
    ///
    /// # Errors
    /// [`Problem`] of who may not send.
    pub(super) fn may_write(&self, request: &NodeRequest) -> Result<Option<MayWrite>, Problem> {
        let key = &request.app.pages.form_key;
        if !request.is_own_form() || !key.knows(request.headers(), &self.token) {
            return Ok(None);
        }
        Ok(Some(request.app.tokens.write_by_form(&request.may)?))
    }

    /// Does what the pressed button does to the form itself; whether it is shown as it is then.
    pub(super) fn change(&mut self) -> FormChange {
        match &self.act {
            Act::Check | Act::Send => FormChange::No,
            Act::Back => FormChange::Yes,
            Act::Add(name) => {
                self.pairs.add_item(name);
                FormChange::Yes
            }
            Act::Drop(name) => {
                self.pairs.remove(name);
                FormChange::Yes
            }
            Act::Person(name, id) => {
                self.pairs.set(format!("{name}/id"), id.as_str());
                FormChange::No
            }
            Act::Case(id) => {
                self.pairs.set("/subject", id.as_str());
                FormChange::No
            }
        }
    }
}

/// Whether a button changed the form alone, which is then shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormChange {
    /// It is looked at.
    No,
    /// It is shown again.
    Yes,
}

/// The token of a form that is shown, and the cookie that goes with it.
pub(super) struct Token {
    /// The value of the hidden field.
    pub(super) field: String,
    cookie: Option<HeaderValue>,
}

impl Token {
    /// Makes the token of a form that is shown to a reader.
    ///
    /// # Errors
    /// [`Problem`] where the system has no random bytes.
    pub(super) fn of(request: &NodeRequest) -> Result<Self, Problem> {
        let key = &request.app.pages.form_key;
        let shown = key.issue(request.headers(), transport(request));
        let shown = shown.map_err(|error| Problem::failed(&error))?;
        Ok(Self {
            field: shown.field,
            cookie: shown.cookie,
        })
    }

    /// Gives the browser its cookie, beside the page.
    pub(super) fn given(self, mut response: Response) -> Response {
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_it_does() {
        let of_person = Act::Person("/data/persons/0".into(), "alpha:p1".into());
        for act in [
            Act::Check,
            Act::Send,
            Act::Back,
            Act::Add("/data/persons".into()),
            Act::Drop("/data/persons/0".into()),
            Act::Case("alpha:c1".into()),
            of_person,
        ] {
            assert_eq!(Act::parse(&act.value()), Some(act));
        }
        assert_eq!(Act::parse(""), Some(Act::Check));
        for wrong in ["erase", "add", "person x", "sendx y"] {
            assert_eq!(Act::parse(wrong), None, "{wrong}");
        }
    }
}
