-- key_only: it was revoked because its key lies in the vault of a device that was, and not itself: other vaults with
-- its key are not to be destroyed, but it vouches for none of them any more
ALTER TABLE device ADD COLUMN key_only boolean NOT NULL DEFAULT false;
