CREATE TABLE fhircast_subscription (
  digest TEXT PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES session (session_id),
  events TEXT NOT NULL,
  name TEXT NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;
