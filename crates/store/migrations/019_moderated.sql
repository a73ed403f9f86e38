-- A retraction that a room's moderators made (XEP-0425): its words say why, and its nick who.
ALTER TABLE change ADD COLUMN moderated INTEGER NOT NULL DEFAULT 0 CHECK (moderated IN (0, 1));
