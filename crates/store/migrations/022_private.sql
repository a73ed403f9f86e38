-- Private conversations in rooms (XEP-0045 §7.5). The address of their chat is the occupant's, with the nick; its kind is
-- 'contact', as of whatever is neither a room nor waits in Requests.

-- For whom what I write there is, as message.occupant names them. Who else gets the nick gets nothing of it.
CREATE TABLE private_chat (
    chat     INTEGER PRIMARY KEY REFERENCES chat (id) ON DELETE CASCADE,
    occupant TEXT    NOT NULL
) STRICT;

-- For whom a message of mine there was.
ALTER TABLE message ADD COLUMN said_to TEXT;

-- For whom a file there is that is to be sent.
ALTER TABLE transfer ADD COLUMN said_to TEXT;

-- Occupants who may not write to me: the address under which that was said, and the room's lasting name for them
-- (XEP-0421); empty: whoever has the nick.
CREATE TABLE blocked_occupant (
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid      TEXT    NOT NULL,
    occupant TEXT    NOT NULL,
    PRIMARY KEY (account, jid, occupant)
) STRICT, WITHOUT ROWID;
