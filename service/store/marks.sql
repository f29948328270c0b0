-- What to do with the user's own marks: the SQL tabs of marks.sqbpro, in which marks.db is open for writing and the images'
-- database is attached, and docs/queries.md. The ones that only look are tabs of images.sqbpro, too.

-- name: marked_images
-- The best first, with all that is known of them.
SELECT m.rating, m.favourite, m.tags, m.note, s.image_id, s.file_name, s.prompt_preview, s.model_norm, s.full_path
FROM marks m
JOIN v_images_search s ON s.sha256 = m.sha256
ORDER BY m.rating DESC, s.image_id DESC;

-- name: models_of_the_best_images
-- What was rated, by the model that made it.
SELECT s.model_norm, COUNT(*) AS images, ROUND(AVG(m.rating), 1) AS usual_rating
FROM marks m
JOIN v_images_search s ON s.sha256 = m.sha256
WHERE m.rating IS NOT NULL
GROUP BY s.model_norm
ORDER BY usual_rating DESC, images DESC;

-- name: marks_of_no_image
-- Marks whose content is in no row: they wait for it to come back.
SELECT m.sha256, m.file_name, m.rating, m.tags, m.note
FROM marks m
WHERE NOT EXISTS (SELECT 1 FROM images i WHERE i.sha256 = m.sha256);

-- name: rate_an_image
-- Put in the image's id and your rating, run it, and press Write Changes. A second run changes the rating alone.
INSERT INTO marks (sha256, file_name, rating)
SELECT sha256, file_name, 5 FROM v_images_search WHERE image_id = 1 AND sha256 IS NOT NULL
ON CONFLICT (sha256) DO UPDATE SET rating = excluded.rating;

-- name: tag_what_a_condition_finds
-- A tag for many images at once, beside those that they have.
INSERT INTO marks (sha256, file_name, tags)
SELECT sha256, MIN(file_name), 'keep' FROM v_images_search
WHERE model_norm LIKE '%flux%' AND sha256 IS NOT NULL
GROUP BY sha256
ON CONFLICT (sha256) DO UPDATE SET tags = COALESCE(tags || ', ', '') || excluded.tags;

-- name: lines_for_the_newest
-- An empty line for each of the newest images, to be filled in under Browse Data.
INSERT OR IGNORE INTO marks (sha256, file_name)
SELECT sha256, file_name FROM v_images_search WHERE sha256 IS NOT NULL ORDER BY image_id DESC LIMIT 50;
