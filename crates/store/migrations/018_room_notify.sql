-- Of which messages of a room my devices tell (XEP-0492); NULL where nothing was said.
ALTER TABLE room ADD COLUMN notify TEXT CHECK (notify IN ('always', 'on-mention', 'never'));
-- That was said here, and the account does not know it yet.
ALTER TABLE room ADD COLUMN notify_news INTEGER NOT NULL DEFAULT 0 CHECK (notify_news IN (0, 1));
