-- Questions to start from: the SQL tabs of the DB Browser project beside the database, and docs/queries.md. None begins
-- with WITH or a comment, since DB Browser 3.12 keeps a transaction open after such a query when it finds nothing.

-- name: newest
-- What came in last.
SELECT image_id, file_name, prompt_preview, model, loras, sampler_norm, steps, cfg_scale, seed
FROM v_images_search
ORDER BY image_id DESC
LIMIT 200;

-- name: words_of_prompts
-- Words anywhere in the prompt; castle* also finds castles. AND, OR, NOT and brackets work, quotes do not.
SELECT image_id, file_name, prompt_preview
FROM v_images_search
WHERE image_id IN (SELECT rowid FROM positive_words WHERE positive_words MATCH '(castle* OR forest) NOT night')
  AND image_id NOT IN (SELECT rowid FROM negative_words WHERE negative_words MATCH 'blurry')
ORDER BY image_id DESC
LIMIT 200;

-- name: words_next_to_each_other
-- The index finds the words, LIKE looks whether they follow each other.
SELECT image_id, file_name, prompt_preview
FROM v_images_search
WHERE image_id IN (SELECT rowid FROM positive_words WHERE positive_words MATCH 'long hair')
  AND positive_prompt LIKE '%long hair%'
ORDER BY image_id DESC
LIMIT 200;

-- name: one_token_without_another
-- Tokens are compared by t_norm: lower case, '_' as a blank.
SELECT COUNT(DISTINCT p.image_id)
FROM tokens p
WHERE p.side = 'pos' AND p.t_norm = 'masterpiece'
  AND NOT EXISTS (SELECT 1 FROM tokens n WHERE n.image_id = p.image_id AND n.side = 'neg' AND n.t_norm = 'blurry');

-- name: most_used_tokens
-- token_counts counts along its index; GROUP BY t_norm over tokens gives the same and has to sort.
SELECT t_norm, uses
FROM token_counts
WHERE side = 'pos'
ORDER BY uses DESC
LIMIT 500;

-- name: tokens_beside_a_token
-- What is written in the same prompts as one token.
SELECT t.t_norm, COUNT(*) AS uses
FROM (SELECT DISTINCT image_id FROM tokens WHERE t_norm = 'solo' AND side = 'pos') p
JOIN tokens t ON t.image_id = p.image_id
WHERE t.side = 'pos' AND t.t_norm <> 'solo'
GROUP BY t.t_norm
ORDER BY uses DESC
LIMIT 100;

-- name: heaviest_tokens
-- Where emphasis was laid on: brackets and (word:1.4).
SELECT t_norm, ROUND(MAX(weight), 2) AS heaviest, COUNT(*) AS uses
FROM tokens
WHERE side = 'pos' AND kind = 'tag' AND weight > 1
GROUP BY t_norm
ORDER BY uses DESC
LIMIT 100;

-- name: images_with_a_lora
-- resources has a line for each; the view v_images_search joins them into one column.
SELECT s.image_id, s.file_name, r.label, r.weight, s.prompt_preview
FROM resources r
JOIN v_images_search s ON s.image_id = r.image_id
WHERE r.kind = 'lora' AND r.label LIKE '%detail%'
ORDER BY s.image_id DESC
LIMIT 200;

-- name: most_used_models
-- What the collection was made with.
SELECT kind, MIN(label) AS label, COUNT(*) AS images
FROM resources
GROUP BY kind, name_norm
ORDER BY images DESC
LIMIT 100;

-- name: loras_by_model
-- Which LoRAs each checkpoint is used with, and how strong.
SELECT MIN(c.label) AS checkpoint, MIN(l.label) AS lora, COUNT(*) AS images, ROUND(AVG(l.weight), 2) AS usual_weight
FROM resources l
JOIN resources c ON c.image_id = l.image_id AND c.kind = 'checkpoint'
WHERE l.kind = 'lora'
GROUP BY c.name_norm, l.name_norm
ORDER BY images DESC
LIMIT 200;

-- name: samplers_and_steps
-- How things are usually sampled.
SELECT sampler_norm, scheduler_norm, steps, COUNT(*) AS images
FROM v_images_search
GROUP BY sampler_norm, scheduler_norm, steps
ORDER BY images DESC;

-- name: images_by_month
-- When their files were written, and by what.
SELECT substr(modified_at, 1, 7) AS month, COALESCE(generator, 'not said') AS generator, COUNT(*) AS images
FROM v_images_search
GROUP BY month, generator
ORDER BY month DESC, images DESC;

-- name: prompts_used_most
-- The same prompt with other seeds.
SELECT prompt_preview, COUNT(*) AS images, COUNT(DISTINCT seed) AS seeds, COUNT(DISTINCT model_norm) AS models
FROM v_images_search
WHERE positive_prompt <> ''
GROUP BY positive_prompt
HAVING images > 1
ORDER BY images DESC
LIMIT 100;

-- name: one_seed_with_many_models
-- The same seed used again: comparisons of models or settings.
SELECT seed, COUNT(*) AS images, COUNT(DISTINCT model_norm) AS models, COUNT(DISTINCT sampler_norm) AS samplers
FROM v_images_search
WHERE seed IS NOT NULL
GROUP BY seed
HAVING images > 1
ORDER BY models DESC, images DESC
LIMIT 100;

-- name: passes_after_the_first
-- Hires fix, refiners, upscalers, detailers, with their own settings.
SELECT role, sampler_norm, steps, denoise, COUNT(*) AS images
FROM passes
WHERE NOT is_primary
GROUP BY role, sampler_norm, steps, denoise
ORDER BY images DESC;

-- name: one_fact_of_all_images
-- Any key that a generator writes, also those without a column: SELECT DISTINCT key FROM kv lists them.
SELECT value, COUNT(*) AS images
FROM kv
WHERE key = 'Hires upscale'
GROUP BY value
ORDER BY images DESC;

-- name: every_key_of_one_image
-- Everything the file states, and where in it.
SELECT key, value, source
FROM kv
WHERE image_id = (SELECT MAX(image_id) FROM v_images_search WHERE status = 'ok');

-- name: references_without_a_name
-- Models known by an id or a hash alone; `aiimagepipe resolve` gives them names.
SELECT kind, label, model_version_id, COUNT(*) AS images
FROM resources
WHERE label LIKE 'modelVersionId:%' OR label LIKE 'urn:air:%' OR label LIKE 'air:%' OR label = hash
GROUP BY kind, label, model_version_id
ORDER BY images DESC;

-- name: partly_understood
-- Where the file should say more than we could read, and why.
SELECT image_id, file_name, generator, warnings
FROM v_images_search
WHERE status = 'partial'
ORDER BY image_id DESC;

-- name: two_places_disagree
-- Where one file says two things; value_a was taken.
SELECT c.image_id, s.file_name, c.field, c.value_a, c.source_a, c.value_b, c.source_b
FROM v_conflicts c
JOIN v_images_search s ON s.image_id = c.image_id
ORDER BY c.image_id DESC;

-- name: same_content_twice
-- Copies, by the hash of the whole file.
SELECT copies, paths
FROM v_duplicates
ORDER BY copies DESC;

-- name: gone_from_the_disk
-- Deleted or moved out of sight; their rows wait for them.
SELECT id AS image_id, root, path, missing_since
FROM images
WHERE missing_since IS NOT NULL
ORDER BY missing_since DESC;

-- name: could_not_be_read
-- And when it is tried again.
SELECT root, path, stage, message, attempts, next_try_at
FROM failures
ORDER BY last_at DESC;
