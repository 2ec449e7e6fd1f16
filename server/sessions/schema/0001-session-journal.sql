CREATE TABLE session (
  session_id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  study_uids TEXT NOT NULL
);
CREATE TABLE session_event (
  session_id TEXT NOT NULL REFERENCES session,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (session_id, seq)
) WITHOUT ROWID;
