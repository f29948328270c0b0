-- What the gallery's page of one image asks, beside what `show` asks.

-- name: image_place
-- Where the file was when its folder was watched last.
SELECT full_path FROM v_images_search WHERE image_id = ?;

-- name: failure_of
-- Why the file could not be read, as the list of failures has it.
SELECT f.message FROM images i JOIN failures f ON f.root = i.root AND f.path = i.path WHERE i.id = ?;

-- name: neighbours_of
-- What an image has in common with others.
SELECT positive_prompt, seed, model, model_norm, sha256 FROM images WHERE id = ?;

-- name: same_content
-- Copies, along images_by_sha256 alone.
SELECT id FROM images WHERE sha256 = :sha256 AND missing_since IS NULL AND id <> :id ORDER BY id DESC;

-- name: same_prompt
-- No index has whole prompts: that of words leads to those that have its rarer words, newest first.
SELECT w.rowid FROM positive_words w CROSS JOIN images i ON i.id = w.rowid
WHERE w.positive_words MATCH :words AND i.positive_prompt = :positive_prompt AND i.seed IS NOT :seed
      AND i.missing_since IS NULL AND i.id <> :id
ORDER BY w.rowid DESC;

-- name: same_seed
-- Along images_by_seed; copies are told apart.
SELECT id FROM images
WHERE seed = :seed AND missing_since IS NULL AND id <> :id AND sha256 IS NOT :sha256 ORDER BY id DESC;

-- name: same_model
-- Those that were found about when this one was: along images_by_model_norm alone, then few of the wide rows.
SELECT i.id FROM (
    SELECT id FROM images WHERE model_norm = :model_norm AND id <> :id ORDER BY abs(id - :id) LIMIT 60
) n JOIN images i ON i.id = n.id
WHERE i.missing_since IS NULL AND i.sha256 IS NOT :sha256 ORDER BY abs(i.id - :id);

-- name: names_of
-- Of some images.
SELECT id, file_name FROM images WHERE id IN (SELECT value FROM json_each(?));
