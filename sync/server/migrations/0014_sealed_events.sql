-- The server's own events, sealed by its key some seconds after they were noted, so that whoever changes or deletes one is
-- found out (sync/server/seals.py). until: what happened more than an hour before it is sealed no more; root: of this seal's
-- events and of the seal before it; signature: the server's, of what the root is of
CREATE TABLE event_seal (
    org_id text COLLATE "C" NOT NULL, number bigint NOT NULL, until timestamptz NOT NULL, root bytea NOT NULL,
    signature text NOT NULL, PRIMARY KEY (org_id, number)
);
-- number: of the seal that it is under; hash: of the event with all its columns
CREATE TABLE sealed_event (
    org_id text COLLATE "C" NOT NULL, event_id text COLLATE "C" NOT NULL, number bigint NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (org_id, event_id)
);
CREATE INDEX sealed_event_of_seal ON sealed_event (org_id, number, event_id);
-- what is new is looked for every few seconds
CREATE INDEX event_by_time ON event (org_id, happened_at);
ALTER TABLE event_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON event_seal USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE sealed_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON sealed_event USING (org_id = current_setting('holdfast.org', true));
GRANT SELECT, INSERT ON event_seal, sealed_event TO holdfast_serving;
