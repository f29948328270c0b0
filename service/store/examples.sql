-- Questions to start from: the SQL tabs of the DB Browser project beside the database. None begins with WITH or a
-- comment, since DB Browser 3.12 keeps a transaction open after such a query when it finds nothing.

-- name: newest
-- What came in last.
SELECT image_id, file_name, prompt_preview, model, loras, sampler_norm, steps, cfg_scale, seed
FROM v_images_search
ORDER BY image_id DESC
LIMIT 200;

-- name: one_token_without_another
-- Tokens are compared by t_norm: lower case, '_' as a blank.
SELECT COUNT(DISTINCT p.image_id)
FROM tokens p
WHERE p.side = 'pos' AND p.t_norm = 'masterpiece'
  AND NOT EXISTS (SELECT 1 FROM tokens n WHERE n.image_id = p.image_id AND n.side = 'neg' AND n.t_norm = 'blurry');

-- name: images_with_a_lora
-- resources has a line for each; the view v_images_search joins them into one column.
SELECT s.image_id, s.file_name, r.label, r.weight, s.prompt_preview
FROM resources r
JOIN v_images_search s ON s.image_id = r.image_id
WHERE r.kind = 'lora' AND r.name LIKE '%detail%'
ORDER BY s.image_id DESC
LIMIT 200;

-- name: most_used_models
-- What the collection was made with.
SELECT kind, name, COUNT(*) AS images
FROM resources
GROUP BY kind, name
ORDER BY images DESC
LIMIT 100;

-- name: every_key_of_one_image
-- Everything the file states, and where it stands in it.
SELECT key, value, source
FROM kv
WHERE image_id = (SELECT MAX(image_id) FROM v_images_search);

-- name: samplers_and_steps
-- How things are usually sampled.
SELECT sampler_norm, scheduler_norm, steps, COUNT(*) AS images
FROM v_images_search
GROUP BY sampler_norm, scheduler_norm, steps
ORDER BY images DESC;

-- name: partly_understood
-- Where the file should say more than we could read, and why.
SELECT image_id, file_name, generator, warnings
FROM v_images_search
WHERE status = 'partial'
ORDER BY image_id DESC;

-- name: same_content_twice
-- Copies, by the hash of the whole file.
SELECT copies, paths
FROM v_duplicates
ORDER BY copies DESC;

-- name: could_not_be_read
-- And when it is tried again.
SELECT root, path, stage, message, attempts, next_try_at
FROM failures
ORDER BY last_at DESC;
