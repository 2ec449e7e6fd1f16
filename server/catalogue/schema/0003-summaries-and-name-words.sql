ALTER TABLE instance ADD COLUMN summary BLOB NOT NULL DEFAULT '{}';
UPDATE study SET
  patient_name = name_key(patient_name),
  referring_physician_name = name_key(referring_physician_name),
  patient_birth_date = date_key(patient_birth_date),
  study_date = date_key(study_date),
  study_time = time_key(study_time);
UPDATE series SET performed_date = date_key(performed_date), performed_time = time_key(performed_time);
UPDATE series
  SET attributes = CAST(
    json_set(CAST(series.attributes AS TEXT), '$."00080201"', json(timezone_of(first.attributes))) AS BLOB)
  FROM instance AS first
  WHERE first.series_key = series.series_key
    AND first.instance_key IN (SELECT min(instance_key) FROM instance GROUP BY series_key)
    AND timezone_of(first.attributes) IS NOT NULL;
CREATE TABLE name_word (
  study_key INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  attribute TEXT NOT NULL,
  word TEXT NOT NULL,
  sound TEXT NOT NULL,
  PRIMARY KEY (study_key, attribute, word)
);
CREATE INDEX name_word_by_word ON name_word (attribute, word);
CREATE INDEX name_word_by_sound ON name_word (attribute, sound);
INSERT INTO name_word
  SELECT study_key, '00100010', json_extract(value, '$[0]'), json_extract(value, '$[1]')
  FROM study, json_each(name_words(patient_name));
INSERT INTO name_word
  SELECT study_key, '00080090', json_extract(value, '$[0]'), json_extract(value, '$[1]')
  FROM study, json_each(name_words(referring_physician_name));
