-- Messages whose author has taken them back: their words are gone.
ALTER TABLE message ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0 CHECK (retracted IN (0, 1));
