DROP INDEX study_by_patient_name;
CREATE INDEX study_by_patient_name
  ON study (patient_name, study_date DESC, study_time DESC, study_uid, organisation);
