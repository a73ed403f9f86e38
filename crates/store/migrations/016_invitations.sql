-- Invitations by a link, and people who move.

-- The links that I have given out (XEP-0379): each is good once, and not for ever.
CREATE TABLE invitation (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token   TEXT    NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (account, token)
) STRICT, WITHOUT ROWID;

-- What goes with a wish to subscribe: what an invitation gave me, and the address that I have moved from (XEP-0283).
ALTER TABLE errand ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE errand ADD COLUMN moved_from TEXT;

-- The contact of mine who they were, as that address itself has said.
ALTER TABLE contact_request ADD COLUMN moved_from TEXT;
