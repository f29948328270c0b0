-- Seeds sort by number in DB Browser. The views have their new columns from schema.sql.
CREATE INDEX images_by_seed_order ON images (
    CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END
);

-- Which roots config.toml names: one that it no longer names is told, and its images are missing.
ALTER TABLE roots ADD COLUMN configured INTEGER NOT NULL DEFAULT 0;

-- Sorts of the view tokens find all of a row in the index.
DROP INDEX tokens_by_term;
CREATE INDEX tokens_by_term ON token_rows (term_id, side, image_id, position, spelling_id, weight, kind);

-- A click on these headers sorted all rows with their prompts.
CREATE INDEX images_by_created ON images (created_at);
CREATE INDEX images_by_loras ON images (loras);
CREATE INDEX images_by_steps ON images (steps);
CREATE INDEX images_by_cfg_scale ON images (cfg_scale);
CREATE INDEX images_by_dimensions ON images (width, height);
