-- every different word by which something is found, once, with its sound: what a misspelled word is compared with
CREATE TABLE spelling (kind TEXT NOT NULL, word TEXT NOT NULL, sound TEXT NOT NULL, PRIMARY KEY (kind, word))
    STRICT, WITHOUT ROWID;
-- lines of lists carry more than they did, and words are folded otherwise: both are made anew
UPDATE case_line SET stale = 1;
