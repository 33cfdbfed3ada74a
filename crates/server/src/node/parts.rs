//! Parts of a node that are made of its folder: tokens, lines of use, pages, mappings of forms, the index.
//!
//! Never here: the order in which they start.

use std::path::Path;
use std::sync::Arc;

use archive::Archive;

use super::Error;
use super::broker::file;
use super::context::Context;
use crate::access::reload::{self, Reload};
use crate::access::{AuthorKeys, BrokerKeys, Tokens};
use crate::config::Common;
use crate::desk::{self, MasterKey, Uses, Webhooks};
use crate::gate::hooks::Hooks;
use crate::http::answer_threads::AnswerThreads;
use crate::http::licence::DataLicence;
use crate::oidc::Provider;
use crate::page::Pages;
use crate::search::{Follower, SearchIndex};
use crate::webhooks::{Courier, Deliverer};

/// Returns the licence of the data, as the flags say it.
pub(super) fn licence(common: &Common) -> Option<Arc<DataLicence>> {
    let name = common.data_licence.as_deref()?;
    DataLicence::new(name, common.data_licence_url.as_deref()).map(Arc::new)
}

/// Takes tokens and keys, and notes who uses them.
///
/// # Errors
/// [`Error::Secret`] of the desk's key, [`Error::File`] of its folder.
pub(super) fn spawn_keys(
    context: &Context,
    operator: &str,
    data: &Path,
) -> Result<BrokerKeys, Error> {
    let tokens = spawn_tokens(context, operator, data);
    let uses = spawn_uses(context, data, tokens.clone())?;
    Ok(BrokerKeys::new(tokens, uses, context.clock.clone()))
}

/// Reads what webhooks are registered, and has new events posted to them.
///
/// # Errors
/// [`Error`] of the flags, of the desk's key and of its folder.
pub(super) fn spawn_webhooks(
    context: &Context,
    keys: &BrokerKeys,
    common: &Common,
) -> Result<Arc<Webhooks>, Error> {
    let settings = common.webhooks.settings()?;
    let webhooks = Webhooks::open(&common.data, MasterKey::of_folder(&common.data)?);
    let webhooks = Arc::new(webhooks.map_err(file(&common.data.join("desk"), "read"))?);
    context.spawn(desk::webhooks::keep(webhooks.clone(), context.stop.clone()));
    let deliverer = Deliverer {
        node: context.node.clone(),
        webhooks: webhooks.clone(),
        tokens: keys.tokens().clone(),
        uses: keys.uses().clone(),
        clock: context.clock.clone(),
        courier: Courier::new(&settings),
        waits: settings.waits,
        tasks: context.tasks.clone(),
        stop: context.stop.clone(),
    };
    context.spawn(deliverer.run());
    Ok(webhooks)
}

/// Takes the operator's token and those of the access file, which is read again when it changes.
fn spawn_tokens(context: &Context, operator: &str, data: &Path) -> Arc<Tokens> {
    let (authors, clock) = (AuthorKeys::of_folder(data), context.clock.clone());
    let tokens = Arc::new(Tokens::new(operator, authors, clock.clone()));
    let file = Reload::new(tokens.clone(), clock, data);
    context.spawn(reload::watch(file, context.stop.clone()));
    tokens
}

/// Reads the lines of use, and has what is added to them written.
fn spawn_uses(context: &Context, data: &Path, tokens: Arc<Tokens>) -> Result<Arc<Uses>, Error> {
    let uses = Uses::open(data, MasterKey::of_folder(data)?, context.clock.now());
    let uses = Arc::new(uses.map_err(file(&data.join("desk"), "read"))?);
    let is_known = move |person: &str| tokens.may_name(person);
    context.spawn(desk::uses::keep(
        uses.clone(),
        is_known,
        context.stop.clone(),
    ));
    Ok(uses)
}

/// Starts the threads that make answers.
pub(super) fn start_answer_threads(context: &Context) -> Result<Arc<AnswerThreads>, Error> {
    let started = AnswerThreads::start(context.tasks.clone());
    started.map(Arc::new).map_err(Error::Threads)
}

/// Follows the fold with an index of names and words; returns the handle by which it is asked. It has the priority of
/// the fold: on the threads that make answers it falls behind a bulk import without end, and what somebody just sent is
/// not found.
pub(super) fn spawn_follower(
    context: &Context,
    archive: &Arc<Archive>,
    common: &Common,
) -> Arc<SearchIndex> {
    let searching = Arc::new(SearchIndex::default());
    let follower = Follower {
        node: context.node.clone(),
        archive: archive.clone(),
        data: common.data.clone(),
        searching: searching.clone(),
        clock: context.clock.clone(),
        stop: context.stop.clone(),
    };
    context.spawn(follower.run());
    searching
}

/// Loads the words and maps of pages.
pub(super) fn load_pages(common: &Common, context: &Context) -> Result<Arc<Pages>, Error> {
    let (folder, headline) = (common.pages.as_deref(), common.headline.clone());
    let pages = Pages::load(folder, headline, context.clock.clone());
    pages.map(Arc::new).map_err(Error::Pages)
}

/// Opens the sign-in provider, where one is named.
pub(super) fn open_provider(
    common: &Common,
    context: &Context,
) -> Result<Option<Arc<Provider>>, Error> {
    let settings = common.oidc.settings();
    let provider = settings
        .map(|settings| Provider::open(settings, context.stop.clone()))
        .transpose();
    provider
        .map(|provider| provider.map(Arc::new))
        .map_err(Error::Provider)
}

/// Loads the mappings of forms.
pub(super) fn load_hooks(common: &Common) -> Result<Arc<Hooks>, Error> {
    let hooks = common.hooks.as_deref().map(Hooks::load).transpose();
    hooks
        .map(|hooks| Arc::new(hooks.unwrap_or_default()))
        .map_err(Error::Hooks)
}
