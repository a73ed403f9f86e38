-- Files: those that are to be sent, those that messages hand over, and whose pictures are shown.

-- What is to be sent. Gone once a message hands it over.
CREATE TABLE transfer (
    -- Never reused: windows hold it.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat       INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    -- The id of the message that will hand it over, the same on every try.
    stanza_id  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    -- SHA-256 in lower-case hexadecimal: what the copy in the media folder is called.
    content    TEXT    NOT NULL,
    -- Why it was given up; NULL while it waits or is on its way.
    failure    TEXT,
    at         INTEGER NOT NULL,
    UNIQUE (chat, stanza_id)
) STRICT;

CREATE TABLE message_file (
    message    INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    address    TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    -- Of these nothing is known until the file is here: NULL.
    media_type TEXT,
    size       INTEGER CHECK (size >= 0),
    content    TEXT,
    -- In pixels, of a picture that may be drawn; both or none.
    width      INTEGER,
    height     INTEGER,
    CHECK ((width IS NULL) = (height IS NULL))
) STRICT;

-- Whether somebody's pictures are shown. Who is not in it was not asked about yet.
CREATE TABLE picture_choice (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    shown   INTEGER NOT NULL CHECK (shown IN (0, 1)),
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;
