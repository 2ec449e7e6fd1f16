DROP INDEX study_by_date;
CREATE INDEX study_by_date ON study (study_date DESC, study_time DESC, study_uid, organisation, patient_name);
