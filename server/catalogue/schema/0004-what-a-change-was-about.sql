ALTER TABLE change ADD COLUMN digests BLOB;
ALTER TABLE change ADD COLUMN withdrawal_number INTEGER;
CREATE TABLE damaged (
  digest TEXT PRIMARY KEY,
  found_at INTEGER NOT NULL,
  fault TEXT NOT NULL
);
