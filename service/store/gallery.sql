-- What the gallery asks. An order names ids; which of them, /* of */ says, or nothing does: then all that there are, also
-- those whose files are gone.

-- name: order_newest
-- Along images_by_modified alone.
SELECT id FROM images WHERE /* of */ ORDER BY modified_at DESC, id DESC;

-- name: order_oldest
-- As order_newest.
SELECT id FROM images WHERE /* of */ ORDER BY modified_at, id;

-- name: order_name
-- Along images_by_file_name alone.
SELECT id FROM images WHERE /* of */ ORDER BY file_name, id;

-- name: order_size
-- The largest first. images_by_place has the sizes, so the wide rows are not read.
SELECT id FROM images WHERE /* of */ ORDER BY size_bytes DESC, id DESC;

-- name: order_model
-- Along images_by_model_norm alone; images without a model are none of it.
SELECT id FROM images WHERE model_norm IS NOT NULL AND /* of */ ORDER BY model_norm, id DESC;

-- name: order_seed
-- Along images_by_seed_order alone; images without a seed are none of it.
SELECT id FROM images
WHERE CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END IS NOT NULL AND /* of */
ORDER BY CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END, id;

-- name: order_rating
-- The best first; images without a rating are none of it.
SELECT id FROM marks CROSS JOIN images USING (sha256) WHERE rating IS NOT NULL AND /* of */ ORDER BY rating DESC, id DESC;

-- name: order_random
-- The same for the same two numbers, and an image that comes or goes moves no other.
SELECT id FROM images WHERE /* of */
ORDER BY ((id % 2147483647 * :factor % 2147483647) * (id % 2147483647 * :factor % 2147483647) + :shift) % 2147483647, id;

-- name: these
-- Of an order: some images, by their ids.
id IN (SELECT value FROM json_each(:ids));

-- name: gone
-- Along images_by_status alone.
SELECT id FROM images WHERE missing_since IS NOT NULL;

-- name: tiles
-- What the grid shows of some images.
SELECT i.id AS id, i.file_name AS name, i.file_width AS width, i.file_height AS height, i.mime_type AS mime_type,
       i.status AS status, i.missing_since AS missing_since, i.sha256 AS sha256, m.rating AS rating, m.favourite AS favourite
FROM images i LEFT JOIN marks m ON m.sha256 = i.sha256
WHERE i.id IN (SELECT value FROM json_each(:ids));

-- name: picture
-- Where the file of an image is, and what it was when it was read.
SELECT id, root, path, file_name, size_bytes, mtime_ns, sha256 FROM images WHERE id = ?;

-- name: contents
-- What marks belong to. An image whose content is not known has none.
SELECT id, sha256, file_name FROM images WHERE id IN (SELECT value FROM json_each(:ids));

-- name: marks_of
-- What the user has said of some contents, as marks.db has it.
SELECT sha256, rating, favourite, tags, note FROM marks WHERE sha256 IN (SELECT value FROM json_each(:contents));

-- name: all_marks
-- The whole file, the best first.
SELECT sha256, file_name, rating, favourite, tags, note FROM marks ORDER BY rating DESC, file_name;

-- name: put_mark
-- Columns that the user has added stay.
INSERT INTO marks (sha256, file_name, rating, favourite, tags, note) VALUES (:sha256, :file_name, :rating, :favourite, :tags, :note)
ON CONFLICT (sha256) DO UPDATE SET rating = excluded.rating, favourite = excluded.favourite, tags = excluded.tags,
    note = excluded.note;

-- name: drop_mark
-- To undo the first mark of a content.
DELETE FROM marks WHERE sha256 = :sha256;

-- name: not_gone
-- Of everything: what is there.
id NOT IN (SELECT id FROM images WHERE missing_since IS NOT NULL);

-- name: among
-- Of many images: along the index that has the answer, each looked up among their ids.
+id IN (SELECT value FROM json_each(:ids));

-- name: facet_generator
-- What the images of a search were made by. Every facet is read from an index alone, where there is one.
SELECT generator, COUNT(*) FROM images WHERE generator IS NOT NULL AND /* of */ GROUP BY generator ORDER BY 2 DESC;

-- name: facet_model
-- As facet_generator.
SELECT model_norm, COUNT(*) FROM images WHERE model_norm IS NOT NULL AND /* of */ GROUP BY model_norm ORDER BY 2 DESC;

-- name: facet_lora
-- The joined column: who asks parts it.
SELECT loras, COUNT(*) FROM images WHERE loras IS NOT NULL AND /* of */ GROUP BY loras;

-- name: facet_sampler
-- As facet_generator.
SELECT sampler_norm, COUNT(*) FROM images WHERE sampler_norm IS NOT NULL AND /* of */ GROUP BY sampler_norm ORDER BY 2 DESC;

-- name: facet_month
-- From images_by_place: images_by_modified is not asked alone, its column being computed.
SELECT strftime('%Y-%m', mtime_ns / 1000000000, 'unixepoch') AS month, COUNT(*) FROM images WHERE /* of */
GROUP BY month ORDER BY month DESC;

-- name: facet_folder
-- Along images_by_place.
SELECT rtrim(root || '/' || folder, '/'), COUNT(*) FROM images WHERE /* of */ GROUP BY root, folder ORDER BY 2 DESC;

-- name: facet_status
-- As facet_generator.
SELECT status, COUNT(*) FROM images WHERE /* of */ GROUP BY status ORDER BY 2 DESC;

-- name: facet_rating
-- The best first.
SELECT CAST(rating AS INTEGER), COUNT(*) FROM marks CROSS JOIN images USING (sha256)
WHERE rating IN (0, 1, 2, 3, 4, 5) AND /* of */ GROUP BY 1 ORDER BY 1 DESC;

-- name: facet_favourite
-- One line, where there are any.
SELECT 'yes', COUNT(*) FROM marks CROSS JOIN images USING (sha256) WHERE favourite AND /* of */ GROUP BY 1;

-- name: facet_tag
-- Who asks parts them.
SELECT tags, COUNT(*) FROM marks CROSS JOIN images USING (sha256) WHERE tags <> '' AND /* of */ GROUP BY tags;

-- name: facet_duplicate
-- One line, where there are any.
SELECT 'yes', COUNT(*) FROM images WHERE sha256 IN (
    SELECT r.sha256 FROM repeated_contents r
    WHERE (SELECT COUNT(*) FROM images c WHERE c.sha256 = r.sha256 AND c.missing_since IS NULL) > 1
) AND /* of */ GROUP BY 1;

-- name: table_of
-- The lines of some images, as exports of records have them, in the order of their numbers.
SELECT v.* FROM json_each(:ids) j CROSS JOIN v_images_search v ON v.image_id = j.value;
