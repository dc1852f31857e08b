-- Who has charge of a case: offer, offered, offered_unit: a hand-over that nobody has answered yet, and to whom it is;
-- charged: the number of the last change of this, told to laptops in the order of the entries; employed: somebody in it
-- works for the police, in whatever role; lifted: the number up to which two people decided that no suspect does.
ALTER TABLE held_case ADD COLUMN offer text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN offered text COLLATE "C" NOT NULL DEFAULT '', ADD COLUMN offered_unit text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN employed boolean NOT NULL DEFAULT false, ADD COLUMN charged bigint,
    ADD COLUMN lifted bigint NOT NULL DEFAULT 0;
CREATE INDEX held_case_charged ON held_case (org_id, charged) WHERE charged IS NOT NULL;
CREATE INDEX held_case_offered ON held_case (org_id, offered) WHERE offered <> '';
CREATE INDEX held_case_offered_unit ON held_case (org_id, offered_unit) WHERE offered_unit <> '';
CREATE INDEX held_case_owner ON held_case (org_id, owner);
-- grows with each change of officers and units, so that laptops know when to ask for them
ALTER TABLE organisation ADD COLUMN people bigint NOT NULL DEFAULT 1;
-- released: it was kept apart first, and a person decided that it counts
ALTER TABLE entry ADD COLUMN released boolean NOT NULL DEFAULT false;
-- what a supervisor decided about an entry that was kept apart
CREATE TABLE decision (
    org_id text COLLATE "C" NOT NULL, device_id text COLLATE "C" NOT NULL, first bigint NOT NULL,
    hash text COLLATE "C" NOT NULL, verdict text NOT NULL, officer_id text COLLATE "C" NOT NULL, reason text NOT NULL,
    decided_at timestamptz NOT NULL, PRIMARY KEY (org_id, device_id, first, hash)
);
ALTER TABLE decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON decision USING (org_id = current_setting('holdfast.org', true));
GRANT SELECT, INSERT ON decision TO holdfast_serving;
