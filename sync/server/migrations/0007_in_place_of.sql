-- in_place_of: the device whose vault was copied or put back, and goes on under this one; "" for all others
ALTER TABLE device ADD COLUMN in_place_of text COLLATE "C" NOT NULL DEFAULT '';
