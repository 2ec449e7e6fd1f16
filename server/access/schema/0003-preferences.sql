CREATE TABLE preference (
  person_id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  habits TEXT NOT NULL
);
