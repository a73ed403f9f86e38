-- Messages that answer another one of their chat (XEP-0461). Which one that is is looked up when it is shown: it may come
-- later, or go.

-- The id by which the answer names it; NULL where it answers nothing.
ALTER TABLE message ADD COLUMN reply_target TEXT;
-- Whether the answer says that I have written it; NULL where it does not say.
ALTER TABLE message ADD COLUMN reply_mine INTEGER CHECK (reply_mine IN (0, 1));
