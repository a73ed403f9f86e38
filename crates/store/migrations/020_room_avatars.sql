-- Rooms show pictures too (XEP-0486), in the same table. What is kept of one goes with its chat.

CREATE TRIGGER avatar_of_rooms AFTER DELETE ON chat WHEN OLD.kind = 'room' BEGIN
    DELETE FROM avatar WHERE account = OLD.account AND jid = OLD.jid
        AND NOT EXISTS (SELECT 1 FROM roster_item
                        WHERE roster_item.account = OLD.account AND roster_item.jid = OLD.jid);
END;
