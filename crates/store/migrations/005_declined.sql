-- Refusals of invitations are owed as well, and it lasts whom I asked back.

-- As before, and takes a refusal: `jid` is who invited, `about` the room.
CREATE TABLE errand_now (
    -- Never reused: a session may still hold it.
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN
                  ('receipt', 'displayed', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'decline')),
    -- To whom; with a resource for receipts, and for refusals where the room gives the inviter's nick.
    jid       TEXT    NOT NULL,
    -- The stanza's id, the same on every try.
    stanza_id TEXT    NOT NULL,
    -- The message that a receipt or a marker is about, the nick that is offered with a wish to subscribe, the room of
    -- a refusal.
    about     TEXT    NOT NULL,
    -- The words that go with a wish to subscribe.
    words     TEXT    NOT NULL
) STRICT;

INSERT INTO sqlite_sequence (name, seq) SELECT 'errand_now', seq FROM sqlite_sequence WHERE name = 'errand';
INSERT INTO errand_now (id, account, kind, jid, stanza_id, about, words)
    SELECT id, account, kind, jid, stanza_id, about, words FROM errand;
DROP TABLE errand;
ALTER TABLE errand_now RENAME TO errand;

CREATE INDEX errand_of_account ON errand (account);
CREATE INDEX errand_by_stanza_id ON errand (account, stanza_id);

-- Whom I asked back when I let them see me: that they agree was part of their asking, and is no news.
CREATE TABLE asked_back (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid     TEXT    NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

-- Of those who are no contacts any more nothing is kept.
CREATE TRIGGER asked_back_of_contacts AFTER DELETE ON roster_item BEGIN
    DELETE FROM asked_back WHERE account = OLD.account AND jid = OLD.jid;
END;
