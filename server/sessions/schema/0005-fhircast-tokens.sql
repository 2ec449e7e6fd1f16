CREATE TABLE fhircast_token (
  digest TEXT PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES session (session_id),
  made_by TEXT NOT NULL,
  scopes TEXT NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;
