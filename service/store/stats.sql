-- What a collection was made with. Counted is every image the database knows, those included whose file is gone.

-- name: generators
-- The index images_by_generator answers alone.
SELECT generator, COUNT(*) FROM images WHERE generator IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: models
-- The index images_by_model answers alone.
SELECT model, COUNT(*) FROM images WHERE model IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: samplers
-- The index images_by_sampler answers alone.
SELECT sampler_norm, COUNT(*) FROM images WHERE sampler_norm IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: schedulers
-- As samplers.
SELECT scheduler_norm, COUNT(*) FROM images WHERE scheduler_norm IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: resources
-- By name; shown by a label, which says more than an AIR. MAX: any one of the labels.
SELECT COALESCE((SELECT text FROM texts x WHERE x.id = c.label_id), (SELECT term FROM terms t WHERE t.id = c.name_id)), c.n
FROM (SELECT name_id, MAX(label_id) AS label_id, COUNT(*) AS n FROM resource_rows WHERE kind = ? AND used GROUP BY name_id) c
ORDER BY 2 DESC, 1 LIMIT ?;

-- name: tokens
-- As list_tokens of queries.sql: what is only the prompt's grammar, or a LoRA's name, is taken off.
WITH other (term_id, n) AS (
    SELECT term_id, COUNT(*) FROM token_rows
    WHERE kind IN ('lora', 'break', 'and', 'schedule', 'alternate', 'wildcard') AND side = :side GROUP BY term_id
)
SELECT (SELECT term FROM terms t WHERE t.id = c.term_id), c.n - COALESCE(o.n, 0) AS uses
FROM (SELECT term_id, COUNT(*) AS n FROM token_rows WHERE side = :side GROUP BY term_id) c
LEFT JOIN other o ON o.term_id = c.term_id
WHERE uses > 0 ORDER BY 2 DESC, 1 LIMIT :limit;

-- name: months
-- One pass over the images.
SELECT substr(modified_at, 1, 7), COALESCE(generator, ''), COUNT(*) FROM images GROUP BY 1, 2 ORDER BY 1, 2;
