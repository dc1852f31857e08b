-- Whether the entries behind a snapshot were fetched too: for the timeline, and as what the snapshot was folded from.
ALTER TABLE snapshot ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
