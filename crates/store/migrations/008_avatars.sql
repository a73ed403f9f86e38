-- Which pictures people show. The pictures are files of the profile, named by these hashes.

CREATE TABLE avatar (
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid      TEXT    NOT NULL,
    -- SHA-1 of what was announced, 40 hexadecimal digits.
    hash     TEXT    NOT NULL CHECK (length(hash) = 40),
    -- Announced in presence (XEP-0153); else by eventing (XEP-0084), which counts for more.
    by_vcard INTEGER NOT NULL CHECK (by_vcard IN (0, 1)),
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE INDEX avatar_by_hash ON avatar (hash);

-- Of those who are no contacts any more nothing is kept.
CREATE TRIGGER avatar_of_contacts AFTER DELETE ON roster_item BEGIN
    DELETE FROM avatar WHERE account = OLD.account AND jid = OLD.jid;
END;
