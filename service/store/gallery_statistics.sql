-- What the gallery's page of statistics counts. /* chosen */ stands for the images of the search: gallery.sql says which.

-- name: months
-- One pass over the images.
SELECT substr(i.modified_at, 1, 7), COALESCE(i.generator, ''), COUNT(*)
FROM images i WHERE /* chosen */ GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2;

-- name: models
-- The index images_by_model_norm answers alone.
SELECT i.model_norm, COUNT(*) FROM images i
WHERE i.model_norm IS NOT NULL AND /* chosen */ GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :names;

-- name: loras
-- How often each is used at which weight, in steps of a twentieth; a LoRA without a stated weight has 1.
SELECT (SELECT term FROM terms WHERE id = norm), weight, n FROM (
    SELECT COALESCE(r.norm_id, r.name_id) AS norm, ROUND(COALESCE(r.weight, 1) * 20) / 20 AS weight, COUNT(*) AS n,
           SUM(COUNT(*)) OVER (PARTITION BY COALESCE(r.norm_id, r.name_id)) AS uses
    FROM resource_rows r JOIN images i ON i.id = r.image_id
    WHERE r.kind = 'lora' AND r.used AND /* chosen */ GROUP BY 1, 2
) ORDER BY uses DESC, 1, 2 LIMIT 2000;

-- name: samplers
-- Of each model; one pass over the images.
SELECT i.model_norm, i.sampler_norm, COUNT(*) FROM images i
WHERE i.model_norm IS NOT NULL AND i.sampler_norm IS NOT NULL AND /* chosen */ GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2;

-- name: sizes
-- The index images_by_dimensions answers alone.
SELECT i.width || ' × ' || i.height, COUNT(*), i.width, i.height FROM images i
WHERE i.width IS NOT NULL AND i.height IS NOT NULL AND /* chosen */ GROUP BY i.width, i.height ORDER BY 2 DESC, 1 LIMIT :names;

-- name: steps
-- The index images_by_steps answers alone.
SELECT i.steps, COUNT(*) FROM images i WHERE i.steps IS NOT NULL AND /* chosen */ GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :names;

-- name: cfg
-- The index images_by_cfg_scale answers alone.
SELECT i.cfg_scale, COUNT(*) FROM images i WHERE i.cfg_scale IS NOT NULL AND /* chosen */ GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :names;

-- name: newest
-- The newest of them: words are counted in these alone, which is a second's work however many there are.
SELECT i.id, substr(i.modified_at, 1, 7) FROM images i WHERE /* chosen */ ORDER BY i.id DESC LIMIT :images;

-- name: words
-- The plain tags of some images, image by image: the key has them in that order.
SELECT t.image_id, t.term_id FROM token_rows t
WHERE t.image_id IN (SELECT value FROM json_each(:newest)) AND t.side = 'pos' AND t.kind IS NULL
ORDER BY t.image_id;

-- name: terms
-- What they say.
SELECT id, term FROM terms WHERE id IN (SELECT value FROM json_each(:terms));

-- name: best
-- Images that their user likes.
SELECT i.id FROM marks m JOIN images i ON i.sha256 = m.sha256
WHERE (m.rating >= 4 OR m.favourite) AND /* chosen */ ORDER BY i.id DESC LIMIT :images;

-- name: traits
-- What some images were made with: field of a search, value, image.
SELECT 'model', i.model_norm, i.id FROM images i WHERE i.id IN (SELECT value FROM json_each(:newest)) AND i.model_norm IS NOT NULL
UNION ALL
SELECT 'sampler', i.sampler_norm, i.id FROM images i
WHERE i.id IN (SELECT value FROM json_each(:newest)) AND i.sampler_norm IS NOT NULL
UNION ALL
SELECT 'lora', (SELECT term FROM terms WHERE id = COALESCE(r.norm_id, r.name_id)), r.image_id FROM resource_rows r
WHERE r.image_id IN (SELECT value FROM json_each(:newest)) AND r.kind = 'lora' AND r.used;
