-- Backups that were read back whole: up to which number each covers the history (sync/server/covered.py).
CREATE TABLE backup (
    org_id text COLLATE "C" NOT NULL, backup_id text COLLATE "C" NOT NULL, made_at timestamptz NOT NULL,
    number bigint NOT NULL, verified_at timestamptz NOT NULL, PRIMARY KEY (org_id, backup_id)
);
ALTER TABLE backup ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON backup USING (org_id = current_setting('holdfast.org', true));
GRANT SELECT, INSERT ON backup TO holdfast_serving;
