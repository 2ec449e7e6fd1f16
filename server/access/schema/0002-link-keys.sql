CREATE TABLE link_key (
  number INTEGER PRIMARY KEY CHECK (number = 1),
  key BLOB NOT NULL
);
