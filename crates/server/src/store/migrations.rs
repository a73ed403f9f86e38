//! The steps from an older database to this version's. A step that was released is never edited.

use rusqlite::Connection;

use super::StoreError;

const STEPS: [&str; 1] = [include_str!(
    "../../migrations/001_accounts_rosters_messages.sql"
)];

/// Brings the database to the newest version. Each step is one transaction together with its number.
pub(super) fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known || found < 0 {
        return Err(StoreError::Newer { found, known });
    }
    for (number, step) in (1_i64..).zip(STEPS) {
        if number > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    Ok(())
}
