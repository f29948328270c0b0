-- The tables that users query, for Parquet. There an image is known by a number made from its stable_id, which every
-- process gives it alike; it comes first in each of these.

-- name: images
-- Everything of the image's row but its id here.
SELECT stable_id, stable_id AS own, root, folder, file_name, path, size_bytes, mtime_ns, modified_at, sha256, mime_type,
       file_width, file_height, status, recipe, ingested_at, generator, model, model_hash, sampler, sampler_norm, scheduler,
       scheduler_norm, steps, cfg_scale, guidance, seed, width, height, clip_skip, denoise, vae, upscaler, loras, embeddings,
       checkpoints, vaes, upscalers, other_resources, warnings, positive_prompt, negative_prompt,
       sidecars, model_norm, created_at
FROM images ORDER BY id;

-- name: kv
-- As the view.
SELECT i.stable_id, t.key, t.value, t.source FROM images i CROSS JOIN kv t ON t.image_id = i.id ORDER BY i.id;

-- name: tokens
-- As the view.
SELECT i.stable_id, t.side, t.position, t.token, t.t_norm, t.weight, t.kind, t.category
FROM images i CROSS JOIN tokens t ON t.image_id = i.id ORDER BY i.id;

-- name: resources
-- As the view.
SELECT i.stable_id, t.* FROM images i CROSS JOIN resources t ON t.image_id = i.id ORDER BY i.id;

-- name: passes
-- As the view.
SELECT i.stable_id, t.* FROM images i CROSS JOIN passes t ON t.image_id = i.id ORDER BY i.id;

-- name: v_conflicts
-- As the view.
SELECT i.stable_id, t.* FROM images i CROSS JOIN v_conflicts t ON t.image_id = i.id ORDER BY i.id;
