ALTER TABLE series ADD COLUMN institution_name TEXT;
UPDATE series SET institution_name = institution_of(attributes);
CREATE INDEX series_by_institution ON series (institution_name, study_key) WHERE institution_name IS NOT NULL;
