-- What the gallery's page of one image asks, beside what `show` asks.

-- name: image_place
-- Where the file was when its folder was watched last.
SELECT full_path FROM v_images_search WHERE image_id = ?;
