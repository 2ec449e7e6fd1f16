ALTER TABLE study ADD COLUMN summary BLOB NOT NULL DEFAULT '{}';
UPDATE study SET summary = study_summary(attributes);
UPDATE instance SET summary = instance_summary(attributes);
