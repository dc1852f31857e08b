-- The key of each case: in a backup, what was written in a case is sealed with it, and without it nobody reads it there.
-- It is never in a backup itself; it lies in a small file beside, which is written anew when a case is erased.
CREATE TABLE case_key (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, key bytea NOT NULL,
    PRIMARY KEY (org_id, case_id)
);
-- number, leaves: how far it goes, in which epoch; keys: for which recovery keys it is sealed; keys_file: where the keys
-- of its cases were put; drilled_at: when somebody last restored it to see that it can be
CREATE TABLE backup_file (
    org_id text COLLATE "C" NOT NULL, backup_id text COLLATE "C" NOT NULL, made_at timestamptz NOT NULL,
    file text NOT NULL, keys_file text NOT NULL, bytes bigint NOT NULL, epoch text NOT NULL, number bigint NOT NULL,
    leaves bigint NOT NULL, keys text NOT NULL, drilled_at timestamptz, PRIMARY KEY (org_id, backup_id)
);
ALTER TABLE case_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON case_key USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE backup_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON backup_file USING (org_id = current_setting('holdfast.org', true));
-- The serving program has no business with keys of cases, and only looks at when the last backup was made.
GRANT SELECT ON backup_file TO holdfast_serving;
