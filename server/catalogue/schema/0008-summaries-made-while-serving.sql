DROP INDEX study_by_patient_name;
CREATE INDEX study_by_patient_name
  ON study (patient_name, study_date DESC, study_time DESC, study_uid, organisation);
CREATE TABLE old_summary (part TEXT PRIMARY KEY, after INTEGER NOT NULL, last INTEGER NOT NULL);
INSERT INTO old_summary
  SELECT 'instance', 0, max(instance_key) FROM instance
  HAVING (SELECT instr(summary, '"00081190"') FROM instance ORDER BY instance_key LIMIT 1) = 0;
INSERT INTO old_summary
  SELECT 'study', 0, max(study_key) FROM study
  HAVING (SELECT instr(summary, '"00081190"') FROM study ORDER BY study_key LIMIT 1) = 0;
