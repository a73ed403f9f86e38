-- What was taken in from other programs' histories.

CREATE TABLE imported (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    chat    INTEGER NOT NULL,
    -- When it was said, as that program has it: what is taken in twice is known by it.
    at      INTEGER NOT NULL,
    -- Which program.
    source  TEXT    NOT NULL
) STRICT;

CREATE INDEX imported_in_time ON imported (chat, at);
