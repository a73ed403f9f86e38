-- What the user does with messages for themselves.

-- Deleted here: the words are gone, what tells copies apart stays, so that none comes back.
ALTER TABLE message ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1));

-- Pinned.
CREATE TABLE pin (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL
) STRICT;
