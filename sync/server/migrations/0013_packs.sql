-- Content packs as a force signed them, for every laptop of the organisation (sync/server/packs.py). number: the one that the
-- pack bears.
CREATE TABLE pack (
    org_id text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, number bigint NOT NULL,
    sha256 text COLLATE "C" NOT NULL, file bytea NOT NULL, added_at timestamptz NOT NULL, PRIMARY KEY (org_id, name, number)
);
ALTER TABLE pack ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON pack USING (org_id = current_setting('holdfast.org', true));
GRANT SELECT, INSERT, DELETE ON pack TO holdfast_serving;
