-- What stands for a file before it is here, and why one was given up.

-- A small picture of it (XEP-0264), as its sender made it: PNG, JPEG or WebP, at most 12 KiB. Nobody has unpacked it yet.
ALTER TABLE message_file ADD COLUMN thumbnail BLOB;
-- How long a sound or a film is, in milliseconds, as its sender says.
ALTER TABLE message_file ADD COLUMN told_length INTEGER CHECK (told_length >= 0);

-- The same of what is to be sent.
ALTER TABLE transfer ADD COLUMN thumbnail BLOB;
ALTER TABLE transfer ADD COLUMN length INTEGER CHECK (length >= 0);
-- The name of the reason for which it was given up; `failure` is what belongs to it. NULL where only words are known.
ALTER TABLE transfer ADD COLUMN trouble TEXT;

-- The picture that I showed when a move began: where it is to be had (pep, vcard), and its SHA-1. NULL where none was known.
ALTER TABLE move_task ADD COLUMN picture TEXT;
