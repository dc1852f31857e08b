-- The ledger of all organisations. Each table leads its keys with org_id, and a transaction touches one organisation.
-- Times are ISO 8601 in UTC as they were handed out; hashes of entries are 64 hexadecimal digits.
CREATE TABLE organisation (
    org_id text COLLATE "C" NOT NULL, name text NOT NULL, epoch text NOT NULL, recent_days integer NOT NULL,
    lease_days integer NOT NULL, covered bigint NOT NULL DEFAULT 0, PRIMARY KEY (org_id)
);
-- the one counter from which entries and notices take their numbers, locked until the commit
CREATE TABLE counter (
    org_id text COLLATE "C" NOT NULL, number bigint NOT NULL, leaves bigint NOT NULL, PRIMARY KEY (org_id)
) WITH (fillfactor = 10);
CREATE TABLE unit (
    org_id text COLLATE "C" NOT NULL, unit_id text COLLATE "C" NOT NULL, name text NOT NULL,
    above text COLLATE "C" NOT NULL, PRIMARY KEY (org_id, unit_id)
);
CREATE TABLE officer (
    org_id text COLLATE "C" NOT NULL, officer_id text COLLATE "C" NOT NULL, name text NOT NULL, role text NOT NULL,
    unit_id text COLLATE "C" NOT NULL, active boolean NOT NULL DEFAULT true, PRIMARY KEY (org_id, officer_id)
);
CREATE INDEX officer_of_unit ON officer (org_id, unit_id);
CREATE TABLE code (
    org_id text COLLATE "C" NOT NULL, secret text COLLATE "C" NOT NULL, officer_id text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL, used_at timestamptz, device_id text COLLATE "C", PRIMARY KEY (org_id, secret)
);
-- counter: the highest of its requests; last, hash: where its chain ends; author: the name its entries bear;
-- settled: the epoch in which it was last seen to have nothing here that is missing
CREATE TABLE device (
    org_id text COLLATE "C" NOT NULL, device_id text COLLATE "C" NOT NULL, officer_id text COLLATE "C" NOT NULL,
    laptop text COLLATE "C" NOT NULL, key bytea NOT NULL, author text, program text NOT NULL,
    enrolled_at text NOT NULL, revoked_at timestamptz, counter bigint NOT NULL, last bigint NOT NULL,
    hash text COLLATE "C" NOT NULL, scope bigint NOT NULL, contact_at timestamptz,
    settled text NOT NULL, PRIMARY KEY (org_id, device_id)
) WITH (fillfactor = 50);
CREATE INDEX device_of_officer ON device (org_id, officer_id);
-- leaf: its place in the tree; digest: of its case's entries up to and with this one
CREATE TABLE entry (
    org_id text COLLATE "C" NOT NULL, number bigint NOT NULL, leaf bigint NOT NULL,
    device_id text COLLATE "C" NOT NULL, first bigint NOT NULL, count integer NOT NULL,
    case_id text COLLATE "C" NOT NULL, hash text COLLATE "C" NOT NULL, received_at text NOT NULL,
    digest bytea NOT NULL, body bytea NOT NULL, signature bytea NOT NULL, PRIMARY KEY (org_id, number)
);
-- bytes are kept as they came: packing them costs more than it saves
ALTER TABLE entry ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX entry_of_device ON entry (org_id, device_id, first);
CREATE INDEX entry_of_case ON entry (org_id, case_id, number);
-- what was not accepted, with the reason, and both sides of a fork
CREATE TABLE quarantine (
    org_id text COLLATE "C" NOT NULL, device_id text COLLATE "C" NOT NULL, first bigint NOT NULL,
    hash text COLLATE "C" NOT NULL, count integer NOT NULL, case_id text NOT NULL, outcome text NOT NULL,
    reason text NOT NULL, received_at text NOT NULL, body bytea NOT NULL, signature text NOT NULL,
    PRIMARY KEY (org_id, device_id, first, hash)
);
-- number: of its last change; restricted: a suspect works for the police
CREATE TABLE held_case (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, author text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL, unit_id text COLLATE "C" NOT NULL, restricted boolean NOT NULL,
    number bigint NOT NULL, changed_at timestamptz NOT NULL, digest bytea NOT NULL, PRIMARY KEY (org_id, case_id)
) WITH (fillfactor = 80);
CREATE INDEX held_case_by_number ON held_case (org_id, number);
CREATE INDEX held_case_of_unit ON held_case (org_id, unit_id);
-- kind: assigned, or named for a case of which others know nothing
CREATE TABLE involved (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, officer_id text COLLATE "C" NOT NULL,
    kind text NOT NULL, since timestamptz NOT NULL, PRIMARY KEY (org_id, case_id, officer_id, kind)
);
CREATE INDEX involved_officer ON involved (org_id, officer_id);
-- which device may hold which case: entries above `since` reach it one by one, those before in a snapshot
CREATE TABLE subscription (
    org_id text COLLATE "C" NOT NULL, device_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL,
    since bigint NOT NULL, until bigint, until_at timestamptz, PRIMARY KEY (org_id, device_id, case_id)
);
CREATE INDEX subscription_of_case ON subscription (org_id, case_id);
CREATE TABLE notice (
    org_id text COLLATE "C" NOT NULL, number bigint NOT NULL, device_id text COLLATE "C" NOT NULL,
    kind text NOT NULL, case_id text COLLATE "C" NOT NULL, PRIMARY KEY (org_id, number)
);
CREATE INDEX notice_of_device ON notice (org_id, device_id, number);
-- what stands in a case, folded from its entries up to `number`: a cache of the log and never a change
CREATE TABLE snapshot (
    org_id text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, number bigint NOT NULL,
    digest bytea NOT NULL, records bytea NOT NULL, PRIMARY KEY (org_id, case_id)
);
ALTER TABLE snapshot ALTER COLUMN records SET STORAGE EXTERNAL;
-- full subtrees of the tree over all accepted entries (RFC 6962), and the heads that were signed
CREATE TABLE node (
    org_id text COLLATE "C" NOT NULL, level integer NOT NULL, place bigint NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (org_id, level, place)
);
CREATE TABLE tree_head (
    org_id text COLLATE "C" NOT NULL, size bigint NOT NULL, epoch text NOT NULL, root bytea NOT NULL,
    signature text NOT NULL, signed_at timestamptz NOT NULL, PRIMARY KEY (org_id, size, epoch)
);
-- what a person should hear of: forks, refused access, revocations; ids only
CREATE TABLE event (
    org_id text COLLATE "C" NOT NULL, event_id text COLLATE "C" NOT NULL, happened_at timestamptz NOT NULL,
    kind text NOT NULL, officer_id text NOT NULL, device_id text NOT NULL, case_id text NOT NULL,
    detail text NOT NULL, PRIMARY KEY (org_id, event_id)
);
-- Reference table: which organisation a device or a code belongs to. It holds nothing of a case.
CREATE TABLE belonging (what text COLLATE "C" PRIMARY KEY, org_id text COLLATE "C" NOT NULL);
CREATE INDEX belonging_org ON belonging (org_id);
