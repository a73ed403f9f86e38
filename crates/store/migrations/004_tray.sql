-- What the tray shows until it is seen.

-- At most one for what replaces each other on the screen.
CREATE TABLE tray_mark (
    -- The alert's replace key.
    key     TEXT    NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- JSON, which the store does not look into.
    mark    TEXT    NOT NULL CHECK (json_valid(mark))
) STRICT, WITHOUT ROWID;

CREATE INDEX tray_mark_by_account ON tray_mark (account);

-- Unseen messages that the user does not want counted there. A table of their own: they are few, and a column would
-- make every count look at every unseen message.
CREATE TABLE out_of_tray (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE
) STRICT;
