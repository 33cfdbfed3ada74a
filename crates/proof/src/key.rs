//! Keys: of a log, and of those who cosign, as C2SP signed-note and tlog-cosignature write them.
//!
//! Start at [`Verifier`], which checks, and at [`Signer`], which signs. Only Ed25519.
//!
//! Never here: where a key is kept, and how its randomness is got.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::error::Malformed;
use crate::hash::{base64, sha256, unbase64};

/// The length of a signature, in bytes.
pub const SIGNATURE_BYTES: usize = 64;
/// The length of the secret part of a key, in bytes.
pub const SEED_BYTES: usize = 32;

/// What a key signs. The numbers are those of signed-note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A log's own checkpoints: Ed25519 over the text, type 0x01.
    Log,
    /// The checkpoints of others, with a time: cosignature/v1, type 0x04.
    Cosigner,
}

impl Role {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }

    const fn read(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Log),
            0x04 => Some(Self::Cosigner),
            _ => None,
        }
    }
}

/// Four bytes that tell keys of one name apart: SHA-256(name, 0x0A, role, public key), cut.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

fn key_id(name: &str, role: Role, public: &[u8; 32]) -> KeyId {
    let mut hashed = name.as_bytes().to_vec();
    hashed.extend([0x0A, role.byte()]);
    hashed.extend(public);
    let [a, b, c, d, ..] = sha256(&hashed);
    KeyId([a, b, c, d])
}

/// Returns whether a key may have this name: not empty, no space, no `+`, no control character.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && !name.contains(bad)
}

/// A public key, with the name and role it stands for. Its text is a "vkey".
///
/// ```
/// let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let key: proof::Verifier = vkey.parse().unwrap();
/// assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", vkey));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    role: Role,
    id: KeyId,
    key: VerifyingKey,
}

impl Verifier {
    /// Takes a public key.
    ///
    /// # Errors
    /// [`Malformed`] for a name that none may have, and for bytes that are no public key, or one
    /// under which anyone can sign (of small order).
    pub fn new(name: &str, role: Role, public: &[u8; 32]) -> Result<Self, Malformed> {
        if !is_name(name) {
            return Err(Malformed::new("key", 1, "a name without spaces and +"));
        }
        let key = VerifyingKey::from_bytes(public).ok();
        let key =
            key.filter(|key| !key.is_weak() && key.to_edwards().compress().as_bytes() == public);
        Ok(Self {
            name: name.to_owned(),
            role,
            id: key_id(name, role, public),
            key: key.ok_or(Malformed::new(
                "key",
                1,
                "an Ed25519 public key of full order",
            ))?,
        })
    }

    /// Returns its name: of a log, the origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it signs.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns its id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the public key's bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Returns whether `signature` was made for `message` by this key.
    #[must_use]
    pub fn is_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// The vkey: `name+id+base64`.
impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = with_role(self.role, self.key.as_bytes());
        write!(f, "{}+{}+{key}", self.name, self.id)
    }
}

fn with_role(role: Role, key: &[u8; 32]) -> String {
    let mut bytes = vec![role.byte()];
    bytes.extend(key);
    base64(&bytes)
}

/// Reads `name+id+base64`, without checking the id.
fn parts(text: &str) -> Option<(&str, Role, [u8; 32])> {
    let (name, rest) = text.split_once('+')?;
    let (_, key) = rest.split_once('+')?;
    let bytes = unbase64(key)?;
    let (role, key) = bytes.split_first()?;
    Some((name, Role::read(*role)?, key.try_into().ok()?))
}

impl FromStr for Verifier {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("key", 1, "a vkey, <name>+<id>+<base64>, of Ed25519");
        let (name, role, public) = parts(text).ok_or(wrong.clone())?;
        let key = Self::new(name, role, &public)?;
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(wrong)
        }
    }
}

/// A secret key, with the name and role it signs for. Its text is Go's `PRIVATE+KEY+...`.
///
/// Not printed by `Debug`, wiped from memory when dropped.
#[derive(Clone)]
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl Signer {
    /// Makes the key of 32 random bytes.
    ///
    /// # Errors
    /// [`Malformed`] for a name that none may have.
    pub fn new(name: &str, role: Role, seed: &[u8; SEED_BYTES]) -> Result<Self, Malformed> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, role, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, key })
    }

    /// Returns the public key.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Returns the secret text, `PRIVATE+KEY+name+id+base64`. Never to be logged.
    #[must_use]
    pub fn secret(&self) -> String {
        let key = with_role(self.verifier.role, self.key.as_bytes());
        format!(
            "PRIVATE+KEY+{}+{}+{key}",
            self.verifier.name, self.verifier.id
        )
    }

    /// Signs bytes as they are.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, [secret])", self.verifier)
    }
}

impl FromStr for Signer {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("secret key", 1, "PRIVATE+KEY+<name>+<id>+<base64>");
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(wrong.clone())?;
        let (name, role, seed) = parts(rest).ok_or(wrong.clone())?;
        let key = Self::new(name, role, &seed)?;
        if key.secret() == text {
            Ok(key)
        } else {
            Err(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{COSIGNER_VKEY, TESSERA_SKEY, TESSERA_VKEY};

    const PETER_SKEY: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PETER_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn keys_read_back_and_belong_together() {
        for (secret, public) in [(PETER_SKEY, PETER_VKEY), (TESSERA_SKEY, TESSERA_VKEY)] {
            let signer: Signer = secret.parse().unwrap();
            assert_eq!(signer.secret(), secret);
            assert_eq!(signer.verifier().to_string(), public);
            assert_eq!(public.parse().as_ref(), Ok(signer.verifier()));
            assert!(!format!("{signer:?}").contains(&secret[40..]));
        }
        let seed = sha256(b"test witness 1");
        let signer = Signer::new("w1.example/cosigner", Role::Cosigner, &seed).unwrap();
        assert_eq!(signer.verifier().to_string(), COSIGNER_VKEY);
        assert_eq!(
            signer.secret().parse::<Signer>().unwrap().secret(),
            signer.secret()
        );
    }

    #[test]
    fn another_spelling_of_a_key_is_refused() {
        let (name, rest) = PETER_VKEY.split_once('+').unwrap();
        let wrong = [
            String::new(),
            name.to_owned(),
            format!("{name} +{rest}"),
            format!("+{rest}"),
            PETER_VKEY.replace("c74f20a3", "C74F20A3"),
            PETER_VKEY.replace("c74f20a3", "c74f20a4"),
            PETER_VKEY.replace("ARpc", "AhpC"),
            PETER_VKEY.replace("ARpc", "BBpc"),
            format!("{PETER_VKEY}="),
            format!("{PETER_VKEY}\n"),
            format!("PRIVATE+KEY+{PETER_VKEY}"),
        ];
        for text in wrong {
            assert!(text.parse::<Verifier>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_under_which_anyone_can_sign_is_refused() {
        // Points of order 1, 2 and 4, and one of them in a second spelling.
        let mut points = [[0; 32]; 4];
        points[0][0] = 1;
        points[1] = [0xFF; 32];
        points[1][0] = 0xEC;
        points[1][31] = 0x7F;
        points[3] = points[1];
        points[3][0] = 0xEE;
        for point in points {
            assert!(Verifier::new("log.example", Role::Log, &point).is_err());
        }
    }
}
