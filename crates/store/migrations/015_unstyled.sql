-- Its author wishes that it be shown as it is written (XEP-0393 §6).
ALTER TABLE message ADD COLUMN unstyled INTEGER NOT NULL DEFAULT 0 CHECK (unstyled IN (0, 1));
