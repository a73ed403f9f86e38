-- Moving to another account (XEP-0283), my own moves and those of contacts.

-- Where I move from one account to another; one move from each.
CREATE TABLE account_move (
    id          INTEGER PRIMARY KEY,
    old_account INTEGER NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE,
    new_account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state       TEXT    NOT NULL CHECK (state IN ('running', 'stopped', 'finished'))
) STRICT;

CREATE INDEX account_move_new ON account_move (new_account);

-- What a move does, in this order. `jid` is the contact or the room; `subscription` is the contact's on the old account.
CREATE TABLE move_task (
    id           INTEGER PRIMARY KEY,
    move         INTEGER NOT NULL REFERENCES account_move (id) ON DELETE CASCADE,
    step         TEXT    NOT NULL CHECK (step IN ('statement', 'contact', 'room', 'nick', 'card', 'picture')),
    jid          TEXT,
    name         TEXT    NOT NULL,
    groups       TEXT    NOT NULL,
    subscription TEXT    NOT NULL CHECK (subscription IN ('none', 'to', 'from', 'both')),
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    problem      TEXT    NOT NULL
) STRICT;

CREATE INDEX move_task_state ON move_task (move, state, id);

-- The contact of mine who somebody that asks says they were; `moved_from` is set once that contact's account says so too.
ALTER TABLE contact_request ADD COLUMN claims TEXT;

-- Contacts who have gone, and where I took them over.
CREATE TABLE moved_contact (
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid      TEXT    NOT NULL,
    moved_to TEXT    NOT NULL,
    PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;
