-- Who may log in. The password itself is not here (RFC 5802 §3).
CREATE TABLE account (
    name           TEXT    NOT NULL PRIMARY KEY, -- localpart, normalised
    salt           BLOB    NOT NULL,
    iterations     INTEGER NOT NULL,
    stored_key     BLOB    NOT NULL,
    server_key     BLOB    NOT NULL,
    -- Together the roster's version: the epoch tells apart an account that was removed and registered anew.
    roster_epoch   TEXT    NOT NULL,
    roster_version INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One user's side of the relation to one contact (RFC 6121 §2, Appendix A).
CREATE TABLE roster (
    owner        TEXT    NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    contact      TEXT    NOT NULL,              -- bare address
    name         TEXT,                          -- the user's name for the contact
    groups       TEXT    NOT NULL DEFAULT '[]', -- JSON array of text
    state_to     INTEGER NOT NULL DEFAULT 0,    -- 0 none, 1 pending, 2 granted
    state_from   INTEGER NOT NULL DEFAULT 0,    -- 0 none, 1 pending, 2 granted
    approved     INTEGER NOT NULL DEFAULT 0,    -- 1: the next request is granted in advance
    listed       INTEGER NOT NULL DEFAULT 0,    -- 1: the user sees the item; 0: only a request, or removed
    request      TEXT,                          -- the contact's unanswered request, as XML
    version      INTEGER NOT NULL DEFAULT 0,    -- roster version of the last change the user must learn of
    PRIMARY KEY (owner, contact)
) STRICT;

CREATE INDEX roster_by_version ON roster (owner, version);

-- Addresses a user does not want to hear from (XEP-0191).
CREATE TABLE blocked (
    owner TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    jid   TEXT NOT NULL,
    PRIMARY KEY (owner, jid)
) STRICT;

-- Messages that wait for their recipient (XEP-0160), in the order of arrival.
CREATE TABLE offline (
    id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    owner  TEXT    NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    sender TEXT    NOT NULL, -- full address
    stanza TEXT    NOT NULL, -- XML with its delay stamp
    bytes  INTEGER NOT NULL  -- of the stanza
) STRICT;

-- With the size, so that a user's share is counted without reading the messages.
CREATE INDEX offline_by_owner ON offline (owner, id, bytes);

-- Things the server must remember about itself.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
