-- Guidance beside CFG, and the length of a video. Rows made before are made again from their records.
ALTER TABLE images ADD COLUMN guidance REAL;
ALTER TABLE pass_rows ADD COLUMN frames INTEGER;
ALTER TABLE pass_rows ADD COLUMN fps REAL;
ALTER TABLE pass_rows ADD COLUMN seconds REAL;

-- One model is one name, whatever folder, ending and case a file writes; and when a picture was made. Rows of before get
-- theirs while the service has nothing else to do: the versions of their stages were raised.
ALTER TABLE images ADD COLUMN model_norm TEXT;
ALTER TABLE images ADD COLUMN created_at TEXT;
ALTER TABLE resource_rows ADD COLUMN norm_id INTEGER REFERENCES terms (id);

-- Counts models alone.
CREATE INDEX images_by_model_norm ON images (model_norm, model);
