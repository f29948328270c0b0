-- What a search asks of an image i, condition by condition, and how it is asked. Values are parameters only.

-- name: positive_ids
-- The index of words answers alone.
SELECT rowid FROM positive_words WHERE positive_words MATCH ?;

-- name: negative_ids
-- As positive_ids.
SELECT rowid FROM negative_words WHERE negative_words MATCH ?;

-- name: positive_within
-- As positive_ids, among the images in hand: to ask the index for each image alone takes a millisecond each.
i.id IN (SELECT rowid FROM positive_words WHERE positive_words MATCH ? AND rowid BETWEEN ? AND ?);

-- name: negative_within
-- As positive_within.
i.id IN (SELECT rowid FROM negative_words WHERE negative_words MATCH ? AND rowid BETWEEN ? AND ?);

-- name: positive_says
-- The index knows no places, so words next to each other are looked for in the text. says() is ours: search/lexing.py.
says(i.positive_prompt, ?);

-- name: negative_says
-- As positive_says.
says(i.negative_prompt, ?);

-- name: positive_inside
-- A word inside a text that puts no blanks between words.
i.positive_prompt LIKE ? ESCAPE '\';

-- name: negative_inside
-- As positive_inside.
i.negative_prompt LIKE ? ESCAPE '\';

-- name: with_character
-- What leads there. Among these may be some whose prompt has changed since.
SELECT image_id FROM character_rows WHERE character = ? AND negative = ?;

-- name: inside_ids
-- The images whose prompt has a word inside, through its characters.
SELECT i.id FROM images i WHERE i.id IN (/* characters */) AND /* test */;

-- name: token_ids
-- A whole token, through the index tokens_by_term alone.
SELECT image_id FROM token_rows WHERE term_id = (SELECT id FROM terms WHERE term = ?) AND side = 'pos';

-- name: token
-- As token_ids, for an image in hand.
EXISTS (SELECT 1 FROM token_rows r WHERE r.term_id = (SELECT id FROM terms WHERE term = ?) AND r.side = 'pos'
        AND r.image_id = i.id);

-- name: negtoken_ids
-- As token_ids.
SELECT image_id FROM token_rows WHERE term_id = (SELECT id FROM terms WHERE term = ?) AND side = 'neg';

-- name: negtoken
-- As token.
EXISTS (SELECT 1 FROM token_rows r WHERE r.term_id = (SELECT id FROM terms WHERE term = ?) AND r.side = 'neg'
        AND r.image_id = i.id);

-- name: model
-- The different models are found by a step an index seek each: there are some hundred, whatever the number of images.
i.model IN (WITH RECURSIVE found (value) AS (
    SELECT MIN(model) FROM images
    UNION ALL SELECT (SELECT MIN(model) FROM images WHERE model > value) FROM found WHERE value IS NOT NULL
) SELECT value FROM found WHERE value LIKE ? ESCAPE '\');

-- name: model_whole
-- By its name without folder and ending, so that one model is one.
i.model_norm = ?;

-- name: sampler
-- As model. What the file wrote is read as the same sampler.
i.sampler_norm IN (WITH RECURSIVE found (value) AS (
    SELECT MIN(sampler_norm) FROM images
    UNION ALL SELECT (SELECT MIN(sampler_norm) FROM images WHERE sampler_norm > value) FROM found WHERE value IS NOT NULL
) SELECT value FROM found WHERE value LIKE ? ESCAPE '\');

-- name: generator
-- As model.
i.generator IN (WITH RECURSIVE found (value) AS (
    SELECT MIN(generator) FROM images
    UNION ALL SELECT (SELECT MIN(generator) FROM images WHERE generator > value) FROM found WHERE value IS NOT NULL
) SELECT value FROM found WHERE value LIKE ? ESCAPE '\');

-- name: scheduler
-- Behind the sampler in its index, so no help by itself.
i.scheduler_norm LIKE ? ESCAPE '\';

-- name: lora
-- The joined column that the views show: 'name:weight, …'. Every entry is between ', ' and ','. unweighted() is ours:
-- search/lexing.py; it is asked only about what is found with the weights.
CASE WHEN ', ' || i.loras || ',' LIKE ? ESCAPE '\' THEN ', ' || unweighted(i.loras) || ',' LIKE ? ESCAPE '\' ELSE FALSE END;

-- name: embedding
-- As lora, without weights.
', ' || i.embeddings || ',' LIKE ? ESCAPE '\';

-- name: checkpoint
-- As embedding.
', ' || i.checkpoints || ',' LIKE ? ESCAPE '\';

-- name: vae
-- As embedding; what was stated as the VAE is among them.
', ' || i.vaes || ',' LIKE ? ESCAPE '\';

-- name: upscaler
-- As embedding.
', ' || COALESCE(i.upscalers, i.upscaler) || ',' LIKE ? ESCAPE '\';

-- name: resource
-- Any of the joined columns, as lora.
CASE WHEN ', ' || COALESCE(i.checkpoints, '') || ', ' || COALESCE(i.loras, '') || ', ' || COALESCE(i.embeddings, '') || ', '
    || COALESCE(i.vaes, '') || ', ' || COALESCE(i.upscalers, '') || ', ' || COALESCE(i.other_resources, '') || ','
    LIKE ? ESCAPE '\'
THEN ', ' || COALESCE(i.checkpoints, '') || ', ' || COALESCE(unweighted(i.loras), '') || ', ' || COALESCE(i.embeddings, '')
    || ', ' || COALESCE(i.vaes, '') || ', ' || COALESCE(i.upscalers, '') || ', ' || COALESCE(i.other_resources, '') || ','
    LIKE ? ESCAPE '\'
ELSE FALSE END;

-- name: kind
-- Something of this kind had a part in it.
EXISTS (SELECT 1 FROM resource_rows r WHERE r.image_id = i.id AND r.kind = ? AND r.used);

-- name: version_ids
-- CivitAI's model version, through its index.
SELECT image_id FROM resource_rows WHERE model_version_id = CAST(? AS INTEGER);

-- name: version
-- As version_ids, for an image in hand.
EXISTS (SELECT 1 FROM resource_rows r WHERE r.image_id = i.id AND r.model_version_id = CAST(? AS INTEGER));

-- name: air_ids
-- A whole AIR URN, through the index resources_by_name.
SELECT image_id FROM resource_rows WHERE name_id = (SELECT id FROM terms WHERE term = ?);

-- name: air
-- As air_ids, for an image in hand.
EXISTS (SELECT 1 FROM resource_rows r WHERE r.image_id = i.id AND r.name_id = (SELECT id FROM terms WHERE term = ?));

-- name: size
-- As in_range.
i.size_bytes BETWEEN COALESCE(?, -9e99) AND COALESCE(?, 9e99);

-- name: hash
-- The file's own, its model's, or that of another resource that it was made with.
i.sha256 BETWEEN ? AND ? OR i.model_hash BETWEEN ? AND ? OR EXISTS (
    SELECT 1 FROM resource_rows r JOIN terms t ON t.id = r.hash_id WHERE r.image_id = i.id AND t.term BETWEEN ? AND ?);

-- name: file
-- The name alone, without its folder.
i.file_name LIKE ? ESCAPE '\';

-- name: path
-- Below the root.
i.folder || i.file_name LIKE ? ESCAPE '\';

-- name: folder
-- With its root before it: Input, Input/portraits.
rtrim(i.root || '/' || i.folder, '/') LIKE ? ESCAPE '\';

-- name: duplicate
-- Whether another file that is there has the same content; as v_duplicates.
CASE WHEN i.sha256 IN (
    SELECT r.sha256 FROM repeated_contents r
    WHERE (SELECT COUNT(*) FROM images c WHERE c.sha256 = r.sha256 AND c.missing_since IS NULL) > 1
) THEN 'yes' ELSE 'no' END = ?;

-- name: root
-- There are few.
i.root LIKE ? ESCAPE '\';

-- name: mime
-- By the first bytes.
i.mime_type LIKE ? ESCAPE '\';

-- name: status
-- Through its index.
i.status = ?;

-- name: seed
-- A text; through its index.
i.seed = ?;

-- name: id
-- One image.
i.id = CAST(? AS INTEGER);

-- name: rating
-- The user's own: marks.py attaches them.
i.sha256 IN (SELECT m.sha256 FROM marks m WHERE m.rating BETWEEN COALESCE(?, -9e99) AND COALESCE(?, 9e99));

-- name: tag
-- One of the tags between commas, or on lines: DB Browser's field for a cell has many.
i.sha256 IN (SELECT m.sha256 FROM marks m
             WHERE ',' || replace(replace(replace(m.tags, char(10), ','), ', ', ','), ' ,', ',') || ','
             LIKE '%,' || ? || ',%' ESCAPE '\');

-- name: fav
-- What has no mark is none.
CASE WHEN i.sha256 IN (SELECT m.sha256 FROM marks m WHERE m.favourite) THEN 'yes' ELSE 'no' END = ?;

-- name: present
-- What a search means unless it says otherwise.
i.missing_since IS NULL;

-- name: missing
-- Deleted, or moved out of sight.
i.missing_since IS NOT NULL;

-- name: in_range
-- A number. Both ends belong to a range; NULL is an open end.
i./* column */ BETWEEN COALESCE(?, -9e99) AND COALESCE(?, 9e99);

-- name: width
-- As in_range; of what was sampled, where the file says so, else of the file.
COALESCE(i.width, i.file_width) BETWEEN COALESCE(?, -9e99) AND COALESCE(?, 9e99);

-- name: height
-- As width.
COALESCE(i.height, i.file_height) BETWEEN COALESCE(?, -9e99) AND COALESCE(?, 9e99);

-- name: before
-- Times are texts that sort: '2025' comes before every moment of 2025.
i.modified_at < ?;

-- name: after
-- As before; the day itself belongs to it.
i.modified_at >= ?;

-- name: date
-- A year, a month, a day or a moment: the second value is the first and '~', which comes after every digit.
i.modified_at BETWEEN ? AND ?;

-- name: meeting
-- The images that meet a condition whose index is one of the table images.
SELECT i.id FROM images i WHERE /* condition */;

-- name: count
-- Whether they are few: then their ids lead, whatever else is asked.
SELECT COUNT(*) FROM (SELECT 1 FROM (/* ids */) LIMIT ?);

-- name: last
-- The id of the newest.
SELECT MAX(id) FROM images;

-- name: newest
-- By id, so that it may end as soon as there are enough: NOT INDEXED leaves the primary key alone.
SELECT i.id FROM images i NOT INDEXED WHERE i.id BETWEEN ? AND ? AND /* conditions */ ORDER BY i.id DESC LIMIT ?;

-- name: recent
-- Along the times, from the last one back, as far as needed for so many.
SELECT i.id FROM images i INDEXED BY images_by_modified WHERE /* conditions */ ORDER BY i.modified_at DESC, i.id DESC LIMIT ?;

-- name: newest_positive
-- The index of words gives ids newest first, and ends as soon as there are enough.
SELECT w.rowid FROM positive_words w CROSS JOIN images i ON i.id = w.rowid
WHERE w.positive_words MATCH ? AND w.rowid BETWEEN ? AND ? AND /* conditions */ ORDER BY w.rowid DESC LIMIT ?;

-- name: newest_negative
-- As newest_positive.
SELECT w.rowid FROM negative_words w CROSS JOIN images i ON i.id = w.rowid
WHERE w.negative_words MATCH ? AND w.rowid BETWEEN ? AND ? AND /* conditions */ ORDER BY w.rowid DESC LIMIT ?;

-- name: tokens_like
-- Through the index of terms: for a hint at a word that is not there.
SELECT term FROM terms WHERE term BETWEEN ? AND ? LIMIT ?;

-- name: values_of
-- The different values of a column: for a hint at one that no image has.
SELECT DISTINCT /* column */ FROM images WHERE /* column */ IS NOT NULL LIMIT ?;

-- name: names_of_resources
-- As values_of, through the index resources_by_name.
SELECT term FROM terms WHERE id IN (SELECT DISTINCT name_id FROM resource_rows) LIMIT ?;

-- name: lines
-- What people see of the found images.
SELECT * FROM v_images_search WHERE image_id IN (SELECT value FROM json_each(?)) ORDER BY image_id DESC;
