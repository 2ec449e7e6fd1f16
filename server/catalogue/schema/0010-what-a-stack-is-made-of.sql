ALTER TABLE instance ADD COLUMN stack BLOB;
INSERT OR REPLACE INTO old_summary
  SELECT 'instance', 0, max(instance_key) FROM instance HAVING count(*) > 0;
