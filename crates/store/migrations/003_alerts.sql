-- Alerts that come later or again, and since when contacts are away.

-- At most one for what replaces each other on the screen.
CREATE TABLE alert_timer (
    -- The alert's replace key.
    key     TEXT    NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    -- The event and what its popup may tell: JSON, which the store does not look into.
    event   TEXT    NOT NULL CHECK (json_valid(event)),
    -- The message that it tells: what was deleted does not ring. NULL when it tells none.
    message INTEGER REFERENCES message (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX alert_timer_by_account ON alert_timer (account);
CREATE INDEX alert_timer_by_message ON alert_timer (message) WHERE message IS NOT NULL;

-- The key of the timer whose decision will be the row's outcome; NULL once it has been decided for good.
ALTER TABLE activity ADD COLUMN waits_for TEXT;
CREATE INDEX activity_waiting ON activity (waits_for) WHERE waits_for IS NOT NULL;

-- When a contact who is away went.
CREATE TABLE last_seen (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

-- Of those who are no contacts any more nothing is kept.
CREATE TRIGGER last_seen_of_contacts AFTER DELETE ON roster_item BEGIN
    DELETE FROM last_seen WHERE account = OLD.account AND jid = OLD.jid;
END;
