-- What cannot be read here: by what it is encrypted, NULL for all other messages.
ALTER TABLE message ADD COLUMN encryption TEXT;
