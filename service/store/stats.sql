-- What a collection was made with. Counted is every image the database knows, those included whose file is gone.

-- name: generators
-- The index images_by_generator answers alone.
SELECT generator, COUNT(*) FROM images WHERE generator IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: all_generators
-- How many names there are, how many images have one, and how many images there are.
SELECT COUNT(DISTINCT generator), COUNT(*), (SELECT COUNT(*) FROM images) FROM images WHERE generator IS NOT NULL;

-- name: models
-- The index images_by_model_norm answers alone. Shown is the commonest spelling: with MAX, SQLite takes its row.
SELECT model, images FROM (
    SELECT model, MAX(n), SUM(n) AS images FROM (
        SELECT COALESCE(model_norm, model) AS norm, model, COUNT(*) AS n FROM images WHERE model IS NOT NULL GROUP BY 1, 2
    ) GROUP BY norm
) ORDER BY 2 DESC, 1 LIMIT ?;

-- name: all_models
-- As all_generators.
SELECT COUNT(DISTINCT COALESCE(model_norm, model)), COUNT(*), (SELECT COUNT(*) FROM images) FROM images WHERE model IS NOT NULL;

-- name: samplers
-- The index images_by_sampler answers alone.
SELECT sampler_norm, COUNT(*) FROM images WHERE sampler_norm IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: all_samplers
-- As all_generators.
SELECT COUNT(DISTINCT sampler_norm), COUNT(*), (SELECT COUNT(*) FROM images) FROM images WHERE sampler_norm IS NOT NULL;

-- name: schedulers
-- As samplers.
SELECT scheduler_norm, COUNT(*) FROM images WHERE scheduler_norm IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?;

-- name: all_schedulers
-- As all_generators.
SELECT COUNT(DISTINCT scheduler_norm), COUNT(*), (SELECT COUNT(*) FROM images) FROM images WHERE scheduler_norm IS NOT NULL;

-- name: resources
-- By kind and normal name; shown by a label, which says more than an AIR. MAX: any one of the labels.
SELECT kind, COALESCE((SELECT text FROM texts x WHERE x.id = label_id), (SELECT term FROM terms t WHERE t.id = name_id)), n
FROM (SELECT kind, name_id, label_id, n, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY n DESC, name_id) AS place
      FROM (SELECT kind, MIN(name_id) AS name_id, MAX(label_id) AS label_id, COUNT(*) AS n FROM resource_rows
            WHERE kind IN ('lora', 'embedding') AND used GROUP BY kind, COALESCE(norm_id, name_id)))
WHERE place <= ?;

-- name: tokens
-- Both sides in one pass over the index tokens_by_term. As in list_tokens of queries.sql, what is only the prompt's
-- grammar, or a LoRA's name, is taken off.
WITH other (term_id, side, n) AS MATERIALIZED (
    SELECT term_id, side, COUNT(*) FROM token_rows
    WHERE kind IN ('lora', 'clause', 'break', 'and', 'directive', 'schedule', 'alternate', 'wildcard') GROUP BY term_id, side
)
SELECT side, (SELECT term FROM terms t WHERE t.id = term_id), uses
FROM (SELECT side, term_id, uses, ROW_NUMBER() OVER (PARTITION BY side ORDER BY uses DESC, term_id) AS place
      FROM (SELECT c.side AS side, c.term_id AS term_id, c.n - COALESCE(o.n, 0) AS uses
            FROM (SELECT term_id, side, COUNT(*) AS n FROM token_rows GROUP BY term_id, side) c
            LEFT JOIN other o ON o.term_id = c.term_id AND o.side = c.side)
      WHERE uses > 0)
WHERE place <= ?;

-- name: months
-- One pass over the images.
SELECT substr(modified_at, 1, 7), COALESCE(generator, ''), COUNT(*) FROM images GROUP BY 1, 2 ORDER BY 1, 2;
