-- What a device said of itself with its last pull: how many entries waited on it, since when, and until when its lease
-- lasts; server_key, authority: the server's key and authorities that it knows (their first 16 hexadecimal digits)
ALTER TABLE device ADD COLUMN waiting bigint NOT NULL DEFAULT 0, ADD COLUMN waits_since text NOT NULL DEFAULT '',
    ADD COLUMN told_at timestamptz, ADD COLUMN lease_until timestamptz,
    ADD COLUMN server_key text COLLATE "C" NOT NULL DEFAULT '', ADD COLUMN authority text COLLATE "C" NOT NULL DEFAULT '';
-- the oldest version that is handed anything, and from when on
ALTER TABLE organisation ADD COLUMN least_program text NOT NULL DEFAULT '', ADD COLUMN least_from timestamptz;
