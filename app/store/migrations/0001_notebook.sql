-- The notebook as it was signed, and the rows that are computed from it.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- state: unsent, sent, refused (ours); received (another device's)
CREATE TABLE entry (
    device TEXT NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, case_id TEXT NOT NULL, hash TEXT NOT NULL,
    hlc_ms INTEGER NOT NULL, hlc_counter INTEGER NOT NULL, made_at TEXT NOT NULL, state TEXT NOT NULL,
    number INTEGER, received_at TEXT, body BLOB NOT NULL, signature BLOB NOT NULL,
    PRIMARY KEY (device, first)
) STRICT;
CREATE INDEX entry_of_case ON entry (case_id);
-- with made_at in it, so that what waits is counted without reading the entries themselves
CREATE INDEX entry_unsent ON entry (case_id, made_at) WHERE state = 'unsent';
CREATE TABLE record (case_id TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (case_id, id)) STRICT;
-- one line a case for lists; computed anew when stale
CREATE TABLE case_line (case_id TEXT PRIMARY KEY, stale INTEGER NOT NULL, changed_at TEXT NOT NULL,
    line BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX case_line_stale ON case_line (case_id) WHERE stale = 1;
-- folded words under which people, references and places are found
CREATE TABLE word (word TEXT NOT NULL, case_id TEXT NOT NULL, record_id TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (word, case_id, record_id, kind)) STRICT, WITHOUT ROWID;
CREATE INDEX word_of_record ON word (record_id);
