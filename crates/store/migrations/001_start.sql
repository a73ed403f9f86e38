-- Never edited once released: the next change is 002. Times are milliseconds since 1970-01-01T00:00:00Z,
-- addresses are bare and normalised (RFC 7622), truth values are 0 and 1.

CREATE TABLE account (
    -- Never reused: alerts, windows and keyrings may still hold the id of a removed account.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    jid            TEXT    NOT NULL UNIQUE,
    -- What to offer at the next login (RFC 6121 §2.6); NULL when the server gave none.
    roster_version TEXT
) STRICT;

CREATE TABLE roster_item (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid          TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    -- A JSON array of strings, sorted: groups are only ever read with their contact.
    groups       TEXT    NOT NULL CHECK (json_valid(groups)),
    subscription TEXT    NOT NULL CHECK (subscription IN ('none', 'to', 'from', 'both')),
    ask          INTEGER NOT NULL CHECK (ask IN (0, 1)),
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocked (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_request (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    nick    TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid          TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('contact', 'room', 'stranger')),
    -- I let them write although they are no contact: accepted from Requests, or written to by me.
    accepted     INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)),
    -- Rows of message with seen = 0, kept in the same transaction: the chat list must not count.
    unread       INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
    -- The message with the highest id, NULL while there is none. Not a foreign key: messages go only with
    -- their chat, and a key would be checked for every one of them.
    last_message INTEGER,
    draft        TEXT    NOT NULL DEFAULT '',
    draft_at     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, jid)
) STRICT;

CREATE TABLE message (
    -- The order of arrival, which is the order within a chat. The archive's order (XEP-0313) will get a column
    -- of its own; this one stays what it is. Never reused: windows and popups hold ids.
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    chat          INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    -- 0 I, 1 the contact, 2 somebody in a room.
    author        INTEGER NOT NULL CHECK (author IN (0, 1, 2)),
    -- The nick of somebody in a room, else empty.
    nick          TEXT    NOT NULL,
    -- The sender's own id; NULL when there was none. Says nothing about other senders' messages.
    sender_id     TEXT,
    -- The archive's id (XEP-0359); NULL when it gave none.
    stanza_id     TEXT,
    body          TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    -- Written here, not learnt from the network: its sender_id was made here and names it alone.
    written_here  INTEGER NOT NULL CHECK (written_here IN (0, 1)),
    -- 0 waiting, 1 sent, 2 arrived, 3 read, 4 failed; NULL exactly for what others said.
    delivery      INTEGER CHECK (delivery BETWEEN 0 AND 4),
    failure       TEXT    NOT NULL DEFAULT '',
    seen          INTEGER NOT NULL CHECK (seen IN (0, 1)),
    -- The sender asks for a receipt (XEP-0184), which a stranger gets only once accepted.
    wants_receipt INTEGER NOT NULL CHECK (wants_receipt IN (0, 1)),
    -- The sender asks to be told when it was seen (XEP-0333).
    markable      INTEGER NOT NULL CHECK (markable IN (0, 1)),
    CHECK ((author = 0) = (delivery IS NOT NULL)),
    CHECK (author <> 0 OR seen = 1)
) STRICT;

-- History: the rowid is the last column of every index, so this one is sorted by (chat, id).
CREATE INDEX message_in_order ON message (chat);
-- Duplicates.
CREATE UNIQUE INDEX message_by_stanza_id ON message (chat, stanza_id) WHERE stanza_id IS NOT NULL;
CREATE INDEX message_by_sender_id ON message (chat, sender_id, author, nick) WHERE sender_id IS NOT NULL;
-- The server reports own messages by their id alone.
CREATE INDEX message_own_by_id ON message (sender_id) WHERE author = 0;
-- What is to be seen, to be sent, and to be reported read: each is a small part of a long chat.
CREATE INDEX message_unseen ON message (chat) WHERE seen = 0;
CREATE INDEX message_waiting ON message (chat) WHERE delivery = 0;
CREATE INDEX message_unread_there ON message (chat) WHERE delivery IN (1, 2);

CREATE TABLE room (
    chat   INTEGER PRIMARY KEY REFERENCES chat (id) ON DELETE CASCADE,
    nick   TEXT    NOT NULL,
    name   TEXT    NOT NULL,
    -- Entered again after every login.
    joined INTEGER NOT NULL CHECK (joined IN (0, 1))
) STRICT;

CREATE TABLE invite (
    -- Never reused: a popup's button may still hold the id of an answered invitation.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    room    TEXT    NOT NULL,
    sender  TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    via     TEXT    NOT NULL CHECK (via IN ('mediated', 'direct')),
    at      INTEGER NOT NULL,
    UNIQUE (account, room, sender)
) STRICT;

CREATE TABLE activity (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL when it concerns no single account, or nobody.
    account INTEGER REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT,
    kind    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    trace   TEXT    NOT NULL CHECK (json_valid(trace)),
    message INTEGER REFERENCES message (id) ON DELETE SET NULL
) STRICT;

-- Both serve the foreign keys: an account or a chat of 100,000 messages is removed without a scan for each.
CREATE INDEX activity_by_account ON activity (account);
CREATE INDEX activity_by_message ON activity (message) WHERE message IS NOT NULL;

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
