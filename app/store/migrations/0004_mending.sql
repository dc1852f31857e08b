-- Cases that differed from the server's and were folded anew: what stood in them before, kept whole; whether they agree
-- now, and whether the server was told.
CREATE TABLE mended (case_id TEXT NOT NULL, at TEXT NOT NULL, agrees INTEGER NOT NULL, told INTEGER NOT NULL,
    records BLOB NOT NULL, PRIMARY KEY (case_id, at)) STRICT, WITHOUT ROWID;
