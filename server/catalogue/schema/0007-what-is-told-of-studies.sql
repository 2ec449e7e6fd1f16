ALTER TABLE study ADD COLUMN summary BLOB NOT NULL DEFAULT '{}';
UPDATE study SET summary = study_summary(
  json_set(CAST(attributes AS TEXT), '$."0020000D"', json_object('vr', 'UI', 'Value', json_array(study_uid))));
UPDATE instance SET summary = instance_summary(attributes);
