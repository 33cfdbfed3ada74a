//! What a node does for its broker beside using it: accounts, the certificate, who may connect.
//!
//! Never here: how each is done.

use std::sync::Arc;

use journal::child::Accounts;

use super::broker::{self, BrokerAccess};
use super::callout;
use super::context::Context;
use crate::access::BrokerKeys;
use crate::tls::{CertificateFollower, Mistakes};

/// What is to be done.
#[derive(Default)]
pub(super) struct Beside {
    /// What keeps the accounts of the node's own broker.
    pub(super) access: Option<BrokerAccess>,
    /// The files of its certificate, and what is told when they change.
    pub(super) certificate: Option<(CertificateFollower, Accounts)>,
    /// Where a broker of others asks this node.
    pub(super) asked: Option<callout::CalloutSettings>,
}

impl Beside {
    /// Begins with it; returns where mistakes in certificate files are noted.
    pub(super) fn spawn(self, context: &Context, keys: &BrokerKeys) -> Arc<Mistakes> {
        if let Some(own) = self.access {
            let tokens = keys.tokens().clone();
            context.spawn(broker::follow(own, tokens, context.stop.clone()));
        }
        if let Some(asked) = self.asked {
            let (keys, stop) = (keys.clone(), context.stop.clone());
            context.spawn(callout::follow(asked, keys, stop));
        }
        let mistakes: Arc<Mistakes> = Arc::default();
        if let Some((files, accounts)) = self.certificate {
            let (noted, stop) = (mistakes.clone(), context.stop.clone());
            context.spawn(broker::follow_certificate(files, accounts, noted, stop));
        }
        mistakes
    }
}
