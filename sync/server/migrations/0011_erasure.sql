-- Cases that a lawful order destroyed: what was written in them is nowhere any more, and the order stands for ever.
-- body, signature: the order as it was signed; number: from which on laptops hear of it; second: who ordered it, too
CREATE TABLE erased (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, number bigint NOT NULL,
    ordered_at timestamptz NOT NULL, officer_id text COLLATE "C" NOT NULL, second_id text COLLATE "C" NOT NULL,
    reason text NOT NULL, body bytea NOT NULL, signature text NOT NULL, PRIMARY KEY (org_id, case_id)
);
-- what a device signed to say that it has destroyed a case
CREATE TABLE erasure_receipt (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, device_id text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL, body bytea NOT NULL, signature text NOT NULL,
    PRIMARY KEY (org_id, case_id, device_id)
);
-- cases that must be kept whatever their time says, such as for a trial
CREATE TABLE legal_hold (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, officer_id text COLLATE "C" NOT NULL,
    reason text NOT NULL, since timestamptz NOT NULL, PRIMARY KEY (org_id, case_id)
);
ALTER TABLE erased ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON erased USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE erasure_receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON erasure_receipt USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE legal_hold ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON legal_hold USING (org_id = current_setting('holdfast.org', true));
-- The serving program hands orders out and takes receipts; it can neither order nor erase.
GRANT SELECT ON erased TO holdfast_serving;
GRANT SELECT, INSERT ON erasure_receipt TO holdfast_serving;
GRANT SELECT, INSERT, DELETE ON legal_hold TO holdfast_serving;
-- A snapshot that is folded while its case is erased must not outlive it.
ALTER TABLE snapshot ADD FOREIGN KEY (org_id, case_id) REFERENCES held_case (org_id, case_id) ON DELETE CASCADE;
