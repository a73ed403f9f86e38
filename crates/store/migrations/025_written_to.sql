-- Whether I have written to somebody in a private conversation is asked for every message of theirs, and must not read all
-- that I said there.
CREATE INDEX message_written_to ON message (chat, COALESCE(said_to, occupant))
    WHERE author = 0 AND COALESCE(said_to, occupant) IS NOT NULL;
