-- What the sender says of a file (XEP-0446): shown until it is here, and compared with it then.
ALTER TABLE message_file ADD COLUMN told_type TEXT;
ALTER TABLE message_file ADD COLUMN told_size INTEGER CHECK (told_size >= 0);
-- In pixels; both or none.
ALTER TABLE message_file ADD COLUMN told_width INTEGER;
ALTER TABLE message_file ADD COLUMN told_height INTEGER;
-- SHA-256 in lower-case hexadecimal: what comes and has another one is not kept.
ALTER TABLE message_file ADD COLUMN told_sha256 TEXT;
