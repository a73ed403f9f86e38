//! `secrets.toml`, mode 0600: one line for each account that has chosen it, and one for its token.

use super::SecretProblem;
use crate::desktop::written::{self, Readers};
use carillon_core::BareJid;
use carillon_engine::wire::Secret;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use toml_edit::{DocumentMut, value};
use zeroize::Zeroizing;

const HEAD: &str = "# Passwords of Carillon, readable by you alone. Written by Carillon.\n";

#[derive(Debug)]
pub(super) struct PasswordFile {
    path: PathBuf,
    /// Reading, changing and writing are one step.
    turn: Mutex<()>,
}

impl PasswordFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            turn: Mutex::new(()),
        }
    }

    pub(super) fn store(&self, jid: &BareJid, password: &str) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut document = self.read()?;
        document[jid.as_str()] = value(password);
        document.remove(&token_of(jid));
        self.write(&document)
    }

    pub(super) fn load(&self, jid: &BareJid) -> Result<Zeroizing<String>, SecretProblem> {
        self.load_line(jid.as_str())
    }

    pub(super) fn load_token(&self, jid: &BareJid) -> Result<Zeroizing<String>, SecretProblem> {
        self.load_line(&token_of(jid))
    }

    pub(super) fn keep_token(
        &self,
        jid: &BareJid,
        password: &Secret,
        token: Option<&str>,
    ) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut document = self.read()?;
        let kept = document.get(jid.as_str()).and_then(|item| item.as_str());
        if kept.map(|kept| Secret::new(kept.to_owned())).as_ref() != Some(password) {
            return Err(SecretProblem::NotFound);
        }
        match token {
            Some(token) => document[&token_of(jid)] = value(token),
            None if document.remove(&token_of(jid)).is_none() => return Ok(()),
            None => {}
        }
        self.write(&document)
    }

    fn load_line(&self, name: &str) -> Result<Zeroizing<String>, SecretProblem> {
        let document = self.read()?;
        let kept = document.get(name).and_then(|item| item.as_str());
        kept.map(|secret| Zeroizing::new(secret.to_owned()))
            .ok_or(SecretProblem::NotFound)
    }

    pub(super) fn forget(&self, jid: &BareJid) -> Result<(), SecretProblem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut document = self.read()?;
        let token = document.remove(&token_of(jid));
        match document.remove(jid.as_str()).or(token) {
            None => Ok(()),
            Some(_) if document.is_empty() => Ok(written::remove(&self.path)?),
            Some(_) => self.write(&document),
        }
    }

    fn read(&self) -> Result<DocumentMut, SecretProblem> {
        match std::fs::read_to_string(&self.path).map(Zeroizing::new) {
            // The parser's error quotes the line, and with it a password: it goes no further.
            Ok(text) => text
                .parse()
                .map_err(|_quotes_the_file| SecretProblem::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(DocumentMut::new()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(SecretProblem::Damaged),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, document: &DocumentMut) -> Result<(), SecretProblem> {
        let text = Zeroizing::new(document.to_string());
        let head = if text.starts_with('#') { "" } else { HEAD };
        let whole = Zeroizing::new(format!("{head}{}", *text));
        Ok(written::write(
            &self.path,
            whole.as_bytes(),
            Readers::Owner,
        )?)
    }
}

/// No account has such an address: a slash begins a resource.
fn token_of(jid: &BareJid) -> String {
    format!("{jid}/token")
}
