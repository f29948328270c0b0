-- Seeds sort by number in DB Browser. The views have their new columns from schema.sql.
CREATE INDEX images_by_seed_order ON images (
    CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END
);

-- Which roots config.toml names: one that it no longer names is told, and its images are missing.
ALTER TABLE roots ADD COLUMN configured INTEGER NOT NULL DEFAULT 0;
