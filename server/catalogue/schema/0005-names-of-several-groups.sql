CREATE TABLE name_group (
  study_key INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  attribute TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (attribute, name, study_key)
) WITHOUT ROWID;
CREATE INDEX name_group_by_study ON name_group (study_key);
INSERT OR IGNORE INTO name_group
  SELECT study_key, '00100010', value FROM study, json_each(name_groups(patient_name)) WHERE patient_name LIKE '%=%';
INSERT OR IGNORE INTO name_group
  SELECT study_key, '00080090', value FROM study, json_each(name_groups(referring_physician_name))
  WHERE referring_physician_name LIKE '%=%';
CREATE INDEX study_by_referring_physician_name ON study (referring_physician_name);
