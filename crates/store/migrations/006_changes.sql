-- What is said about earlier messages, and who said what in a room beyond the nick.

-- The room's lasting name for who said it (XEP-0421), or a name for the time during which they had their address; NULL
-- where neither is known.
ALTER TABLE message ADD COLUMN occupant TEXT;
-- The words as they were said first, once others stand in their place; `body` is what holds.
ALTER TABLE message ADD COLUMN original TEXT;

CREATE TABLE change (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    chat      INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    -- What it is about; NULL until that has come.
    message   INTEGER REFERENCES message (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN ('correction', 'reactions', 'retraction')),
    -- The id by which it names the message.
    target    TEXT    NOT NULL,
    -- As of a message.
    author    INTEGER NOT NULL CHECK (author IN (0, 1, 2)),
    nick      TEXT    NOT NULL,
    occupant  TEXT,
    sender_id TEXT,
    stanza_id TEXT,
    -- The corrected words; of reactions a JSON array.
    words     TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    -- The order within a chat: the last one holds.
    place     INTEGER NOT NULL,
    -- Of what was written here: 0 waiting, 1 sent, 4 failed; else NULL.
    delivery  INTEGER CHECK (delivery IN (0, 1, 4)),
    failure   TEXT    NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX change_in_order ON change (chat, place);
CREATE INDEX change_of_message ON change (message, place) WHERE message IS NOT NULL;
-- Looked through for each message that comes: seldom any.
CREATE INDEX change_kept ON change (chat, target) WHERE message IS NULL;
CREATE UNIQUE INDEX change_by_stanza_id ON change (chat, stanza_id) WHERE stanza_id IS NOT NULL;
CREATE INDEX change_by_sender_id ON change (chat, sender_id) WHERE sender_id IS NOT NULL;
CREATE INDEX change_own_by_id ON change (sender_id) WHERE delivery IS NOT NULL;
CREATE INDEX change_waiting ON change (id) WHERE delivery = 0;
CREATE INDEX change_unsent ON change (message, delivery) WHERE delivery IN (0, 4);
