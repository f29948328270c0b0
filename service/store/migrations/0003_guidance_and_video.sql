-- Guidance beside CFG, and the length of a video. Rows made before are made again from their records.
ALTER TABLE images ADD COLUMN guidance REAL;
ALTER TABLE pass_rows ADD COLUMN frames INTEGER;
ALTER TABLE pass_rows ADD COLUMN fps REAL;
ALTER TABLE pass_rows ADD COLUMN seconds REAL;
