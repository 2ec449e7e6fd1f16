ALTER TABLE instance ADD COLUMN stored_at INTEGER NOT NULL DEFAULT 0;
UPDATE instance SET stored_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE TABLE change (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  organisation TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  instance_uids BLOB NOT NULL
);
CREATE TABLE withdrawal (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  resource TEXT NOT NULL
);
CREATE TABLE withdrawn (
  withdrawal_number INTEGER NOT NULL REFERENCES withdrawal,
  study_uid TEXT NOT NULL,
  series_uid TEXT NOT NULL,
  instance_uid TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  frames TEXT,
  image TEXT,
  not_renderable TEXT,
  attributes BLOB NOT NULL,
  PRIMARY KEY (withdrawal_number, instance_uid)
);
CREATE INDEX withdrawn_by_digest ON withdrawn (digest);
CREATE TABLE doomed (digest TEXT PRIMARY KEY);
