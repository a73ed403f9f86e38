-- What was said is found by its words, and a conversation that was deleted stays so.

-- Its rowid is the message's; of the text it keeps nothing but where which word stands. `marks` holds words of its own
-- that no text has: the chat, who said it, and the month, so that what is looked for in a chat costs what is found there.
CREATE VIRTUAL TABLE message_words USING fts5 (
    body, marks, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4');
-- Its parts are merged a little in every step that adds to it: by itself it would now and then do so for long.
INSERT INTO message_words (message_words, rank) VALUES ('automerge', 0), ('crisismerge', 64);

-- The messages that are in it: those above `oldest` up to `newest`. What was stored since follows once it is on the
-- disk, what was stored before there was an index when nothing else is to be done, the newest first.
CREATE TABLE words_known (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL CHECK (newest >= oldest)
) STRICT;
INSERT INTO words_known (one, oldest, newest)
    SELECT 1, COALESCE(MAX(id), 0), COALESCE(MAX(id), 0) FROM message;

-- Messages that were deleted, or say something else now: the index has to look at them again.
CREATE TABLE words_again (
    message INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER words_of_deleted AFTER DELETE ON message BEGIN
    INSERT OR IGNORE INTO words_again (message) VALUES (OLD.id);
END;
CREATE TRIGGER words_of_changed AFTER UPDATE OF body ON message WHEN NEW.body IS NOT OLD.body BEGIN
    INSERT OR IGNORE INTO words_again (message) VALUES (NEW.id);
END;

-- Conversations that the user has deleted. What archives hold of them from before stays there: nothing older is asked
-- for, and what a page holds once more is known by its entry.
CREATE TABLE deleted_chat (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE deleted_entry (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    -- The archive's id (XEP-0359).
    entry   TEXT    NOT NULL,
    PRIMARY KEY (account, jid, entry)
) STRICT, WITHOUT ROWID;
