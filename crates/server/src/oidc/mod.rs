//! Signing in at a provider of the operator's (OpenID Connect): who somebody is by its word.
//!
//! Start at [`Provider::lead`], which says where a browser goes, and [`Provider::identify`], which trades the code
//! that it comes back with. Authorization code with PKCE, state and nonce; the provider's keys are read anew for
//! each, so that nothing here grows old. Source: OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700.
//!
//! Never here: what somebody may do ([`crate::access`]), and pages.

mod attempt;
mod requests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::{Account, Issuer};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, TokenResponse as _,
};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

pub use attempt::{ATTEMPT_SECONDS, Attempt, AttemptKey};
use requests::Requests;
pub use requests::{ANSWER_BYTES_MAX, REQUEST_MAX};

/// Most attempts for which the provider is asked at once. Source: docs/reference/limits.md.
pub const ASKED_MAX: usize = 8;

/// By what an ID token may be signed: keys of which the provider shows the public half. Never by the secret that
/// both know, and never by nothing. Source: RFC 8725, 3.1.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How the provider knows this node.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// The provider.
    pub issuer: Issuer,
    /// This node's name there.
    pub client: String,
    /// The file with its secret there; none of a client that has none.
    pub secret: Option<PathBuf>,
    /// Where browsers come back to: this node's `/access/provider`, as they reach it.
    pub back: String,
    /// A file of authorities that the provider's certificate is trusted by; none for the system's.
    pub authorities: Option<PathBuf>,
}

/// Why a provider cannot be used: a fault of its settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file.
    #[error("{path} cannot be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Others can read the secret.
    #[error("{path} can be read by others, but must be of mode 600")]
    Mode {
        /// The file.
        path: PathBuf,
    },
    /// Where browsers come back to.
    #[error(
        "--oidc-return is {found}, but must be https://host/access/provider (http for 127.0.0.1)"
    )]
    Back {
        /// What it is.
        found: String,
    },
    /// The system has no random bytes.
    #[error("the system's random source cannot be read")]
    Random(#[source] getrandom::Error),
}

/// Why nobody was signed in. Nothing of an answer stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// As many attempts as may be are under way.
    #[error("too many sign in at once")]
    Busy,
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
    /// It cannot be reached in time, or answers with nothing that can be read.
    #[error("the sign-in provider does not answer as one: {0}")]
    Away(&'static str),
    /// It does not take the code.
    #[error("the sign-in provider does not take the code; sign in again")]
    Code,
    /// Its ID token is missing or not right.
    #[error("what the sign-in provider says of who signed in cannot be trusted: {0}")]
    Untrusted(&'static str),
}

/// A provider.
pub struct Provider {
    settings: ProviderSettings,
    secret: Option<ClientSecret>,
    requests: Requests,
    attempts: AttemptKey,
    asked: Arc<Semaphore>,
    stop: CancellationToken,
    issuer: IssuerUrl,
    back: RedirectUrl,
}

impl Provider {
    /// Reads what the settings name; the provider itself is asked when somebody signs in, until `stop`.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn open(
        settings: ProviderSettings,
        stop: CancellationToken,
    ) -> Result<Self, SettingsError> {
        let wrong_back = || SettingsError::Back {
            found: settings.back.clone(),
        };
        let (origin, path) = settings
            .back
            .split_at(settings.back.find("/access").unwrap_or(0));
        if path != "/access/provider" || Issuer::parse(origin).is_err() {
            return Err(wrong_back());
        }
        let back = RedirectUrl::new(settings.back.clone()).map_err(|_| wrong_back())?;
        let issuer = IssuerUrl::new(settings.issuer.as_str().to_owned());
        let secret = settings.secret.as_deref().map(secret).transpose()?;
        let requests = Requests::of(&settings.issuer, settings.authorities.as_deref());
        Ok(Self {
            issuer: issuer.map_err(|_| wrong_back())?,
            requests: requests.map_err(|source| SettingsError::File {
                path: settings.authorities.clone().unwrap_or_default(),
                source,
            })?,
            attempts: AttemptKey::new().map_err(SettingsError::Random)?,
            asked: Arc::new(Semaphore::new(ASKED_MAX)),
            stop,
            secret,
            back,
            settings,
        })
    }

    /// Returns the provider's name.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.settings.issuer
    }

    /// Returns by what attempts are known.
    #[must_use]
    pub const fn attempts(&self) -> &AttemptKey {
        &self.attempts
    }

    /// Returns the address at the provider where a browser goes with an attempt.
    ///
    /// # Errors
    /// [`ProviderError`]: busy, or away.
    pub async fn lead(self: &Arc<Self>, attempt: Attempt) -> Result<String, ProviderError> {
        self.ask(move |provider| provider.address(attempt)).await
    }

    /// Trades the code that a browser came back with for who it is: their subject, and then their address where
    /// the provider says that it is verified.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn identify(
        self: &Arc<Self>,
        attempt: Attempt,
        code: String,
    ) -> Result<Vec<Account>, ProviderError> {
        self.ask(move |provider| provider.trade(attempt, code))
            .await
    }

    /// Has `work`, which waits for the provider, done where it holds up nobody else: on a thread of its own, which
    /// a runtime that ends does not wait for.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        const FAILED: ProviderError = ProviderError::Away("asking it failed");
        let asked = self.asked.clone();
        let permit = asked.try_acquire_owned().map_err(|_| ProviderError::Busy)?;
        let provider = self.clone();
        let (answer, answered) = oneshot::channel();
        let asking = std::thread::Builder::new().name("sign-in".to_owned());
        let asking = asking.spawn(move || {
            let _held = permit;
            // Nobody waits any more where the caller went away, or the node stops.
            drop(answer.send(work(&provider)));
        });
        asking.map_err(|_| FAILED)?;
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(ProviderError::Stopping),
            answered = answered => answered.unwrap_or(Err(FAILED)),
        }
    }

    fn discover(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let send = |request| self.requests.send(request);
        let found = CoreProviderMetadata::discover(&self.issuer, &send);
        found.map_err(|error| {
            tracing::warn!(%error, "sign-in provider does not answer as one");
            ProviderError::Away("its settings or keys cannot be read")
        })
    }

    fn address(&self, attempt: Attempt) -> Result<String, ProviderError> {
        let client = CoreClient::from_provider_metadata(
            self.discover()?,
            ClientId::new(self.settings.client.clone()),
            self.secret.clone(),
        );
        let client = client.set_redirect_uri(self.back.clone());
        let verifier = PkceCodeVerifier::new(attempt.verifier);
        let (state, nonce) = (attempt.state, attempt.nonce);
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        );
        let request = request.add_scope(Scope::new("email".to_owned()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (address, _, _) = request.set_pkce_challenge(challenge).url();
        if address.scheme() != self.issuer.url().scheme() {
            return Err(ProviderError::Away("it signs in elsewhere than over TLS"));
        }
        Ok(address.to_string())
    }

    fn trade(&self, attempt: Attempt, code: String) -> Result<Vec<Account>, ProviderError> {
        let client = CoreClient::from_provider_metadata(
            self.discover()?,
            ClientId::new(self.settings.client.clone()),
            self.secret.clone(),
        );
        let client = client.set_redirect_uri(self.back.clone());
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| ProviderError::Away("it names no place where codes are traded"))?;
        let send = |request| self.requests.send(request);
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier))
            .request(&send);
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said)
                if *said.error() == CoreErrorResponseType::InvalidGrant =>
            {
                ProviderError::Code
            }
            RequestTokenError::ServerResponse(said) => {
                // Of the codes of RFC 6749, 5.2, alone: what else it says may name somebody.
                tracing::error!(
                    code = said.error().as_ref(),
                    "sign-in provider refuses this node"
                );
                ProviderError::Away("it refuses this node; the operator finds its code in the log")
            }
            RequestTokenError::Request(_)
            | RequestTokenError::Parse(..)
            | RequestTokenError::Other(_) => ProviderError::Away("it does not trade the code"),
        })?;
        let token = answer
            .id_token()
            .ok_or(ProviderError::Untrusted("there is no ID token"))?;
        let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
        let claims = token.claims(&verifier, &Nonce::new(attempt.nonce));
        let claims = claims.map_err(|_| {
            ProviderError::Untrusted("its issuer, audience, time, nonce or signature is not right")
        })?;
        if let Some(hash) = claims.access_token_hash() {
            let of_another = || ProviderError::Untrusted("it is of another access token");
            let key = token.signing_key(&verifier).map_err(|_| of_another())?;
            let algorithm = token.signing_alg().map_err(|_| of_another())?;
            let own = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if own.map_err(|_| of_another())? != *hash {
                return Err(of_another());
            }
        }
        let is_verified = claims.email_verified() == Some(true);
        let email = claims.email().filter(|_| is_verified).cloned();
        // Some say it where it is asked for alone (OpenID Connect Core 1.0, 5.4).
        let email = email.or_else(|| {
            let asked = client.user_info(
                answer.access_token().clone(),
                Some(claims.subject().clone()),
            );
            let said: CoreUserInfoClaims = asked.ok()?.request(&send).ok()?;
            let is_verified = said.email_verified() == Some(true);
            said.email().filter(|_| is_verified).cloned()
        });
        let subject = Account::subject(claims.subject().as_str());
        let subject = subject.map_err(|_| ProviderError::Untrusted("its subject is none"))?;
        let email = email.and_then(|email| Account::email(email.as_str()).ok());
        Ok(std::iter::once(subject).chain(email).collect())
    }
}

/// Reads the secret by which this node is known to the provider, from a file that nobody else reads.
fn secret(path: &Path) -> Result<ClientSecret, SettingsError> {
    use std::os::unix::fs::MetadataExt as _;

    let of_file = |source| SettingsError::File {
        path: path.to_owned(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(of_file)?;
    if metadata.mode() & 0o077 != 0 {
        let path = path.to_owned();
        return Err(SettingsError::Mode { path });
    }
    let text = std::fs::read_to_string(path).map_err(of_file)?;
    Ok(ClientSecret::new(text.trim().to_owned()))
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[provider {}]", self.settings.issuer.as_str())
    }
}
