CREATE TABLE study (
  study_key INTEGER PRIMARY KEY,
  study_uid TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  patient_id TEXT,
  issuer_of_patient_id TEXT,
  patient_name TEXT,
  patient_birth_date TEXT,
  patient_sex TEXT,
  study_date TEXT,
  study_time TEXT,
  accession_number TEXT,
  study_id TEXT,
  study_description TEXT,
  referring_physician_name TEXT,
  attributes BLOB NOT NULL
);
CREATE INDEX study_by_patient_id ON study (patient_id);
CREATE INDEX study_by_patient_name ON study (patient_name);
CREATE INDEX study_by_accession_number ON study (accession_number);
CREATE INDEX study_by_date ON study (study_date DESC, study_time DESC, study_uid);
CREATE TABLE series (
  series_key INTEGER PRIMARY KEY,
  study_key INTEGER NOT NULL REFERENCES study,
  series_uid TEXT NOT NULL,
  modality TEXT,
  series_number INTEGER,
  series_description TEXT,
  body_part_examined TEXT,
  laterality TEXT,
  performed_date TEXT,
  performed_time TEXT,
  attributes BLOB NOT NULL,
  UNIQUE (study_key, series_uid)
);
CREATE INDEX series_by_uid ON series (series_uid);
CREATE INDEX series_by_modality ON series (modality, study_key);
CREATE TABLE instance (
  instance_key INTEGER PRIMARY KEY,
  series_key INTEGER NOT NULL REFERENCES series,
  instance_uid TEXT NOT NULL UNIQUE,
  sop_class_uid TEXT NOT NULL,
  instance_number INTEGER,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  frames TEXT,
  image TEXT,
  not_renderable TEXT,
  attributes BLOB NOT NULL
);
CREATE INDEX instance_by_series ON instance (series_key, instance_number, instance_uid);
CREATE INDEX instance_by_digest ON instance (digest);
