//! Which pictures people and rooms show (XEP-0084, XEP-0153, XEP-0486). The pictures are files, named by their hashes.

use crate::{Reader, Result, Store, rows};
use carillon_core::BareJid;
use carillon_core::avatar::{Avatar, AvatarHash, AvatarSource};
use carillon_core::ids::AccountId;
use std::collections::HashSet;

impl Store {
    /// Keeps which picture somebody or a room shows, or that they show none. Of those who are neither on the account's
    /// roster nor a room of its nor the account itself nothing is kept.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn set_avatar(
        &mut self,
        account: AccountId,
        jid: &BareJid,
        avatar: Option<Avatar>,
    ) -> Result<()> {
        self.committed(|tx| {
            match avatar {
                Some(avatar) => tx
                    .prepare_cached(
                        "INSERT INTO avatar (account, jid, hash, by_vcard)
                         SELECT ?1, ?2, ?3, ?4
                         WHERE EXISTS (SELECT 1 FROM roster_item WHERE account = ?1 AND jid = ?2)
                            OR EXISTS (SELECT 1 FROM account WHERE id = ?1 AND jid = ?2)
                            OR EXISTS (SELECT 1 FROM chat
                                       WHERE account = ?1 AND jid = ?2 AND kind = 'room')
                         ON CONFLICT (account, jid)
                             DO UPDATE SET hash = excluded.hash, by_vcard = excluded.by_vcard",
                    )?
                    .execute((
                        account.0,
                        jid.as_str(),
                        avatar.hash.to_string(),
                        avatar.source == AvatarSource::Vcard,
                    ))?,
                None => tx
                    .prepare_cached("DELETE FROM avatar WHERE account = ?1 AND jid = ?2")?
                    .execute((account.0, jid.as_str()))?,
            };
            Ok(())
        })
    }

    /// These pictures are not there: whoever shows them is taken to show none, until they say so again.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn forget_avatars(&mut self, hashes: &[AvatarHash]) -> Result<()> {
        if hashes.is_empty() {
            return Ok(());
        }
        self.committed(|tx| {
            let mut delete = tx.prepare_cached("DELETE FROM avatar WHERE hash = ?1")?;
            for hash in hashes {
                delete.execute([hash.to_string()])?;
            }
            Ok(())
        })
    }
}

impl Reader {
    /// Who shows which picture.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn avatars(&self, account: AccountId) -> Result<Vec<(BareJid, Avatar)>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT jid, hash, by_vcard FROM avatar WHERE account = ?1")?;
        let found = query.query_map([account.0], |row| {
            let hash: String = row.get(1)?;
            Ok((rows::jid(row, 0)?, hash, row.get(2)?))
        })?;
        let mut all = Vec::new();
        for one in found {
            let (jid, hash, by_vcard) = one?;
            // One that is damaged is told again, and fetched.
            if let Ok(hash) = hash.parse() {
                let source = if by_vcard {
                    AvatarSource::Vcard
                } else {
                    AvatarSource::Pep
                };
                all.push((jid, Avatar { hash, source }));
            }
        }
        Ok(all)
    }

    /// Whether anybody, on any account, shows this picture, so that it is there.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn has_avatar(&self, hash: AvatarHash) -> Result<bool> {
        let mut query = self
            .connection
            .prepare_cached("SELECT 1 FROM avatar WHERE hash = ?1")?;
        Ok(query.exists([hash.to_string()])?)
    }

    /// All pictures that somebody shows.
    ///
    /// # Errors
    /// As [`crate::StoreError`] says.
    pub fn avatar_hashes(&self) -> Result<HashSet<AvatarHash>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT DISTINCT hash FROM avatar")?;
        let found = query.query_map([], |row| row.get::<_, String>(0))?;
        let mut all = HashSet::new();
        for hash in found {
            all.extend(hash?.parse::<AvatarHash>());
        }
        Ok(all)
    }
}
