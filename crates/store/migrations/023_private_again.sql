-- Private conversations in rooms (XEP-0045 §7.5) once more, and by what else a message is named.

-- Whether the names that a room gives people for good could be believed when it told of itself last (XEP-0421).
ALTER TABLE room ADD COLUMN names_occupants INTEGER NOT NULL DEFAULT 0 CHECK (names_occupants IN (0, 1));

-- The addresses that a private conversation had before it went along with another nick, each until when. What archives
-- hold of it still bears them.
CREATE TABLE private_before (
    chat  INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    jid   TEXT    NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (chat, jid)
) STRICT, WITHOUT ROWID;

CREATE INDEX private_before_by_jid ON private_before (jid, until);

-- The sender's other name for a message (XEP-0359 origin-id), by which others may speak of it; NULL where there is none,
-- or none but sender_id.
ALTER TABLE message ADD COLUMN origin_id TEXT;

CREATE INDEX message_by_origin_id ON message (chat, origin_id) WHERE origin_id IS NOT NULL;
