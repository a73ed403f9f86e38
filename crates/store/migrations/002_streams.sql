-- Managed streams, what is owed, and archives.

-- The one stream of an account that the server lets resume (XEP-0198 §5).
CREATE TABLE stream (
    account  INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    id       TEXT    NOT NULL,
    -- With its resource, as the server bound it.
    jid      TEXT    NOT NULL,
    -- Where the server would like to be asked; empty when it does not say.
    location TEXT    NOT NULL,
    -- How many of its stanzas are stored, modulo 2^32. Moves in the transaction that stores what came.
    handled  INTEGER NOT NULL CHECK (handled BETWEEN 0 AND 4294967295)
) STRICT;

-- Which stanza of the stream a row was written as, until the server acknowledges it.
CREATE TABLE stream_row (
    account INTEGER NOT NULL REFERENCES stream (account) ON DELETE CASCADE,
    number  INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
    -- The stanza's id: of a message of mine, or of an errand.
    id      TEXT    NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;

-- What has to be said besides messages: gone once the server has it.
CREATE TABLE errand (
    -- Never reused: a session may still hold it.
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN
                  ('receipt', 'displayed', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed')),
    -- To whom; with a resource for receipts.
    jid       TEXT    NOT NULL,
    -- The stanza's id, the same on every try.
    stanza_id TEXT    NOT NULL,
    -- The message that a receipt or a marker is about, the nick that is offered with a wish to subscribe.
    about     TEXT    NOT NULL,
    -- The words that go with a wish to subscribe.
    words     TEXT    NOT NULL
) STRICT;

CREATE INDEX errand_of_account ON errand (account);
CREATE INDEX errand_by_stanza_id ON errand (account, stanza_id);

-- How far an archive is known (XEP-0313): everything up to the entry is stored or was left out on purpose, what
-- lies behind it is not known unless it came live.
CREATE TABLE archive (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The room whose archive it is, empty for the account's own.
    room    TEXT    NOT NULL,
    entry   TEXT    NOT NULL,
    -- When the archive got that entry: for an archive that has forgotten it.
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;

-- 1 when the archive has nothing older than what is stored of the chat.
ALTER TABLE chat ADD COLUMN archive_whole INTEGER NOT NULL DEFAULT 0 CHECK (archive_whole IN (0, 1));

-- The order within a chat. Far apart, so that what an archive holds finds room between.
ALTER TABLE message ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
-- 1 when an archive, or the stream that its entries came on without a gap, gave it this place.
ALTER TABLE message ADD COLUMN settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1));
UPDATE message SET place = id * 1048576;

-- Own ones whose place is open: few where there is an archive.
CREATE INDEX message_unsettled ON message (chat) WHERE author = 0 AND settled = 0;
DROP INDEX message_in_order;
CREATE INDEX message_in_order ON message (chat, place);
DROP INDEX message_unseen;
CREATE INDEX message_unseen ON message (chat, place) WHERE seen = 0;
DROP INDEX message_unread_there;
CREATE INDEX message_unread_there ON message (chat, place) WHERE delivery IN (1, 2);
