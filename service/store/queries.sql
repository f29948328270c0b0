-- Every statement of the store. Each is named, and a comment says why it is as it is.

-- name: find_images
-- An image keeps its id when it is read again.
SELECT stable_id, id FROM images WHERE stable_id IN (SELECT value FROM json_each(?));

-- name: save_image
-- The one wide row. Whether the file is still there is found_again's to say.
INSERT INTO images (first_seen_at, ingested_at, stable_id, root, folder, file_name, size_bytes, mtime_ns, sha256,
                    mime_type, file_width, file_height, status, recipe, generator, model, model_hash, sampler,
                    sampler_norm, scheduler, scheduler_norm, steps, cfg_scale, seed, width, height, clip_skip,
                    denoise, vae, upscaler, loras, embeddings, checkpoints, vaes, upscalers, other_resources,
                    warnings, positive_prompt, negative_prompt, sidecars, guidance,
                    model_norm, created_at)
VALUES (:first_seen_at, :ingested_at, :stable_id, :root, :folder, :file_name, :size_bytes, :mtime_ns, :sha256,
        :mime_type, :file_width, :file_height, :status, :recipe, :generator, :model, :model_hash, :sampler,
        :sampler_norm, :scheduler, :scheduler_norm, :steps, :cfg_scale, :seed, :width, :height, :clip_skip,
        :denoise, :vae, :upscaler, :loras, :embeddings, :checkpoints, :vaes, :upscalers, :other_resources,
        :warnings, :positive_prompt, :negative_prompt, :sidecars, :guidance,
        :model_norm, :created_at)
ON CONFLICT (stable_id) DO UPDATE SET
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256,
    mime_type = excluded.mime_type, file_width = excluded.file_width, file_height = excluded.file_height,
    status = excluded.status, recipe = excluded.recipe, ingested_at = excluded.ingested_at,
    generator = excluded.generator, model = excluded.model, model_hash = excluded.model_hash,
    sampler = excluded.sampler, sampler_norm = excluded.sampler_norm, scheduler = excluded.scheduler,
    scheduler_norm = excluded.scheduler_norm, steps = excluded.steps, cfg_scale = excluded.cfg_scale,
    guidance = excluded.guidance,
    seed = excluded.seed, width = excluded.width, height = excluded.height, clip_skip = excluded.clip_skip,
    denoise = excluded.denoise, vae = excluded.vae, upscaler = excluded.upscaler, loras = excluded.loras,
    embeddings = excluded.embeddings, checkpoints = excluded.checkpoints, vaes = excluded.vaes,
    upscalers = excluded.upscalers, other_resources = excluded.other_resources, warnings = excluded.warnings,
    positive_prompt = excluded.positive_prompt, negative_prompt = excluded.negative_prompt,
    sidecars = excluded.sidecars,
    model_norm = excluded.model_norm, created_at = excluded.created_at;

-- name: found_again
-- Of a batch, by its ids. What is made again from a stored record says nothing about whether the file is still there.
UPDATE images SET missing_since = NULL
WHERE id IN (SELECT value FROM json_each(?)) AND missing_since IS NOT NULL;

-- name: note_repeated
-- Of a batch, by its ids. v_duplicates looks only at contents noted here: grouping all hashes took 60 ms at 100,000 images.
INSERT INTO repeated_contents (sha256)
SELECT i.sha256 FROM json_each(?) j CROSS JOIN images i ON i.id = j.value
WHERE EXISTS (SELECT 1 FROM images o WHERE o.sha256 = i.sha256 AND o.id <> i.id)
ON CONFLICT (sha256) DO NOTHING;

-- name: drop_kv
-- The long rows of an image are replaced whole: a key that is no longer stated must not stay.
DELETE FROM kv_rows WHERE image_id = ?;

-- name: drop_tokens
-- As drop_kv.
DELETE FROM token_rows WHERE image_id = ?;

-- name: drop_resources
-- As drop_kv.
DELETE FROM resource_rows WHERE image_id = ?;

-- name: drop_passes
-- As drop_kv.
DELETE FROM pass_rows WHERE image_id = ?;

-- name: drop_conflicts
-- As drop_kv.
DELETE FROM conflict_rows WHERE image_id = ?;

-- name: drop_raw_record
-- A file that can no longer be read has no record of what it now holds.
DELETE FROM raw_records WHERE image_id = ?;

-- name: add_kv
-- value_id NULL: the view takes the value from where it is already.
INSERT INTO kv_rows (image_id, ordinal, key_id, value_id, source_id) VALUES (?, ?, ?, ?, ?);

-- name: add_tokens
-- spelling_id NULL: written as the term. weight NULL: 1.0. kind NULL: a plain tag.
INSERT INTO token_rows (image_id, side, position, term_id, spelling_id, weight, kind) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: add_resources
-- label_id NULL: the label is the name.
INSERT INTO resource_rows (image_id, ordinal, kind, name_id, label_id, weight, clip_weight, hash_id, hash_kind,
                           model_version_id, source_id, used, extra_json, norm_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_passes
-- Prompts that are those of the base pass are not written again.
INSERT INTO pass_rows (image_id, ordinal, role, sampler, sampler_norm, scheduler, scheduler_norm, steps, start_step,
                       end_step, cfg_scale, guidance, seed, denoise, width, height, model, model_hash,
                       positive_prompt, negative_prompt, own_prompts, frames, fps, seconds)
VALUES (:image_id, :ordinal, :role, :sampler, :sampler_norm, :scheduler, :scheduler_norm, :steps, :start_step,
        :end_step, :cfg_scale, :guidance, :seed, :denoise, :width, :height, :model, :model_hash,
        :positive_prompt, :negative_prompt, :own_prompts, :frames, :fps, :seconds);

-- name: add_conflicts
-- Rare, and short enough to be here in full.
INSERT INTO conflict_rows (image_id, ordinal, field, value_a, source_a, value_b, source_b)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: keep_raw_record
-- What reprocess starts from.
INSERT INTO raw_records (image_id, record) VALUES (?, ?)
ON CONFLICT (image_id) DO UPDATE SET record = excluded.record;

-- name: find_term
-- Terms are looked up by their text.
SELECT id FROM terms WHERE term = ?;

-- name: add_term
-- Before find_term: what is not remembered is mostly new, and then one statement is enough.
INSERT INTO terms (term) VALUES (?) ON CONFLICT (term) DO NOTHING;

-- name: find_text
-- By hash, so that long texts are not kept twice, once in an index. The caller compares the text.
SELECT id, text FROM texts WHERE hash = ?;

-- name: add_text
-- As add_term. What has this hash already may be another text.
INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING;

-- name: failed_attempts
-- How often a file was tried in vain.
SELECT attempts FROM failures WHERE root = ? AND path = ?;

-- name: add_failure
-- One row a file, however often it fails; first_at stays.
INSERT INTO failures (root, path, stage, error_class, message, attempts, first_at, last_at, next_try_at)
VALUES (:root, :path, :stage, :error_class, :message, :attempts, :now, :now, :next_try_at)
ON CONFLICT (root, path) DO UPDATE SET
    stage = excluded.stage, error_class = excluded.error_class, message = excluded.message,
    attempts = excluded.attempts, last_at = excluded.last_at, next_try_at = excluded.next_try_at;

-- name: drop_failure
-- A file that was read, or is gone, is no failure any more.
DELETE FROM failures WHERE root = ? AND path = ?;

-- name: drop_failures_of
-- The failures of images that were read, or move away from their path.
DELETE FROM failures WHERE (root, path) IN (SELECT root, path FROM images WHERE id IN (SELECT value FROM json_each(?)));

-- name: is_read
-- Whether a file of exactly this size and time was read before.
SELECT 1 FROM images
WHERE stable_id = :stable_id AND size_bytes = :size_bytes AND mtime_ns = :mtime_ns AND status <> 'unreadable';

-- name: save_unreadable
-- A file that cannot be read is counted too, and says nothing of how it was made.
INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, sidecars, status, recipe, first_seen_at,
                    ingested_at)
VALUES (:stable_id, :root, :folder, :file_name, :size_bytes, :mtime_ns, :sidecars, 'unreadable', '', :now, :now)
ON CONFLICT (stable_id) DO UPDATE SET
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, status = 'unreadable', recipe = '',
    ingested_at = excluded.ingested_at, missing_since = NULL, sha256 = NULL, mime_type = NULL,
    file_width = NULL, file_height = NULL, generator = NULL, model = NULL, model_hash = NULL, sampler = NULL,
    sampler_norm = NULL, scheduler = NULL, scheduler_norm = NULL, steps = NULL, cfg_scale = NULL, seed = NULL,
    guidance = NULL,
    width = NULL, height = NULL, clip_skip = NULL, denoise = NULL, vae = NULL, upscaler = NULL, loras = NULL,
    embeddings = NULL, checkpoints = NULL, vaes = NULL, upscalers = NULL, other_resources = NULL, warnings = NULL,
    positive_prompt = NULL, negative_prompt = NULL, sidecars = excluded.sidecars,
    model_norm = NULL, created_at = NULL
RETURNING id;

-- name: due_failures
-- The worker asks every minute; the table is short.
SELECT root, path, stage, error_class, message, attempts, first_at, last_at, next_try_at
FROM failures WHERE next_try_at <= ? ORDER BY next_try_at, root, path;

-- name: known
-- A rescan compares one folder at a time with the disk; the index images_by_place answers alone.
SELECT file_name, size_bytes, mtime_ns, missing_since IS NULL, sidecars FROM images WHERE root = ? AND folder = ?;

-- name: folders
-- A step an index seek, so that a root of 100,000 images in ten folders takes ten seeks.
WITH RECURSIVE found (folder) AS (
    SELECT MIN(folder) FROM images WHERE root = :root
    UNION ALL
    SELECT (SELECT MIN(i.folder) FROM images i WHERE i.root = :root AND i.folder > found.folder)
    FROM found WHERE found.folder IS NOT NULL
)
SELECT folder FROM found WHERE folder IS NOT NULL;

-- name: count_present
-- How many files a root would lose if it were believed to be empty; the index images_by_place answers alone.
SELECT COUNT(*) FROM images WHERE root = ? AND missing_since IS NULL;

-- name: below
-- What was in a folder that is gone, at any depth: '0' is the character after '/'.
SELECT path FROM images
WHERE root = :root AND folder >= :path || '/' AND folder < :path || '0' AND missing_since IS NULL;

-- name: search_page
-- Every image's line for an export, a page at a time, so that no snapshot is held while a file is written.
SELECT * FROM v_images_search WHERE image_id > ? ORDER BY image_id LIMIT ?;

-- name: search_columns
-- The headings of an export, also where there is no line below them.
SELECT name FROM pragma_table_info('v_images_search') ORDER BY cid;

-- name: find_place
-- Where one image is.
SELECT id, root, path, size_bytes, mtime_ns, sidecars, missing_since IS NULL, status FROM images WHERE stable_id = ?;

-- name: find_places
-- As find_place, of the files of a batch.
SELECT stable_id, id, root, path, size_bytes, mtime_ns, sidecars, missing_since IS NULL, status FROM images
WHERE stable_id IN (SELECT value FROM json_each(?));

-- name: known_contents
-- Of a batch; the index images_by_sha256 answers alone.
SELECT DISTINCT sha256 FROM images WHERE sha256 IN (SELECT value FROM json_each(?));

-- name: find_by_id
-- As find_place.
SELECT id, root, path, size_bytes, mtime_ns, sidecars, missing_since IS NULL, status FROM images WHERE id = ?;

-- name: find_by_name
-- Through the index images_by_file_name.
SELECT id, root, path, size_bytes, mtime_ns, sidecars, missing_since IS NULL, status FROM images
WHERE file_name = ? ORDER BY root, folder LIMIT 1000;

-- name: moved_candidates
-- A file that was moved while nobody watched is known by its content; those already missing come first. Each that is
-- not missing is looked for on the disk (20 us), so of a content with thousands of copies not all are.
SELECT id, root, path, size_bytes, mtime_ns, sidecars, missing_since IS NULL, status FROM images
WHERE sha256 = ? AND size_bytes = ? ORDER BY missing_since IS NULL, id LIMIT 128;

-- name: mark_missing
-- The first time counts: later rescans leave missing_since alone.
UPDATE images SET missing_since = ?2 WHERE stable_id = ?1 AND missing_since IS NULL;

-- name: mark_present
-- A file that came back unchanged is not read again.
UPDATE images SET missing_since = NULL WHERE stable_id = ? AND missing_since IS NOT NULL;

-- name: drop_other
-- The image that was at the new place of a moved one: its file was overwritten.
DELETE FROM images WHERE stable_id = :stable_id AND id <> :image_id;

-- name: relocate
-- Everything that was read stays; only the place changes.
UPDATE images SET stable_id = :stable_id, root = :root, folder = :folder, file_name = :file_name,
                  size_bytes = :size_bytes, mtime_ns = :mtime_ns, missing_since = NULL
WHERE id = :image_id;

-- name: recipes
-- A step an index seek: there are a dozen recipes, whatever the number of images.
WITH RECURSIVE found (recipe) AS (
    SELECT MIN(recipe) FROM images
    UNION ALL
    SELECT (SELECT MIN(i.recipe) FROM images i WHERE i.recipe > found.recipe)
    FROM found WHERE found.recipe IS NOT NULL
)
SELECT recipe FROM found WHERE recipe IS NOT NULL;

-- name: stale
-- By id, a page at a time; the + keeps the planner from collecting and sorting by recipe.
SELECT i.id, i.root, i.path, i.size_bytes, i.mtime_ns, i.sidecars FROM images i
WHERE i.id > :after AND +i.recipe IN (SELECT value FROM json_each(:recipes))
  AND EXISTS (SELECT 1 FROM raw_records r WHERE r.image_id = i.id)
ORDER BY i.id LIMIT :limit;

-- name: hashed_files
-- By id, a page at a time: the files whose bytes are to be compared with what was read of them.
SELECT id, sha256, root, path, size_bytes, mtime_ns, sidecars FROM images
WHERE id > ?1 AND missing_since IS NULL AND sha256 IS NOT NULL ORDER BY id LIMIT ?2;

-- name: count_files
-- How many there are to go round.
SELECT count(*) FROM images WHERE missing_since IS NULL;

-- name: raw_record
-- The place comes from images, since the file may have moved after it was read.
SELECT r.record, i.mime_type, i.sha256, i.root, i.path, i.size_bytes, i.mtime_ns, i.sidecars
FROM raw_records r JOIN images i ON i.id = r.image_id WHERE r.image_id = ?;

-- name: show_image
-- For people, so all of it.
SELECT * FROM images WHERE id = ?;

-- name: show_kv
-- In the order of the file.
SELECT v.key, COALESCE(v.value, ''), COALESCE(v.source, '') FROM kv v WHERE v.image_id = ?;

-- name: show_tokens
-- The positive side first, as people read it.
SELECT side, position, token, t_norm, weight, kind FROM tokens WHERE image_id = ? ORDER BY side DESC, position;

-- name: show_resources
-- In the order in which they were found.
SELECT kind, name, label, source, weight, clip_weight, hash, hash_kind, model_version_id, used, extra_json
FROM v_all_resources WHERE image_id = ?;

-- name: show_passes
-- In the order in which they ran.
SELECT role, positive_prompt, negative_prompt, steps, start_step, end_step, cfg_scale, guidance, sampler, sampler_norm,
       scheduler, scheduler_norm, seed, denoise, width, height, frames, fps, seconds, model, model_hash
FROM passes WHERE image_id = ? ORDER BY ordinal;

-- name: show_conflicts
-- In the order in which they were found.
SELECT field, value_a, source_a, value_b, source_b FROM v_conflicts WHERE image_id = ?;

-- name: count_status
-- One pass over the index images_by_status.
SELECT status, missing_since IS NULL, COUNT(*) FROM images GROUP BY 1, 2;

-- name: count_generators
-- Of files that are there.
SELECT COALESCE(generator, ''), COUNT(*) FROM images WHERE missing_since IS NULL GROUP BY 1 ORDER BY 2 DESC, 1;

-- name: count_failures
-- Files that are tried again later.
SELECT COUNT(*) FROM failures;

-- name: heartbeat
-- One row for ever.
INSERT INTO service_status (id, pid, host, started_at, heartbeat_at, last_event_at, last_rescan_at, queued, done,
                            failed, exiftool_version, sqlite_version, message)
VALUES (1, :pid, :host, :started_at, :heartbeat_at, :last_event_at, :last_rescan_at, :queued, :done, :failed,
        :exiftool_version, :sqlite_version, :message)
ON CONFLICT (id) DO UPDATE SET
    pid = excluded.pid, host = excluded.host, started_at = excluded.started_at, heartbeat_at = excluded.heartbeat_at,
    last_event_at = excluded.last_event_at, last_rescan_at = excluded.last_rescan_at, queued = excluded.queued,
    done = excluded.done, failed = excluded.failed, exiftool_version = excluded.exiftool_version,
    sqlite_version = excluded.sqlite_version, message = excluded.message;

-- name: status
-- What the service said of itself last.
SELECT pid, host, started_at, heartbeat_at, last_event_at, last_rescan_at, queued, done, failed, exiftool_version,
       sqlite_version, message FROM service_status;

-- name: set_root
-- changed_at tells since when a folder is offline, so it stays while nothing changes.
INSERT INTO roots (name, location, online, note, changed_at) VALUES (:name, :location, :online, :note, :changed_at)
ON CONFLICT (name) DO UPDATE SET
    location = excluded.location, online = excluded.online, note = excluded.note, changed_at = excluded.changed_at
WHERE (roots.location, roots.online, roots.note) IS NOT (excluded.location, excluded.online, excluded.note);

-- name: roots
-- By name.
SELECT name, location, online, note, changed_at FROM roots ORDER BY name;

-- name: root_places
-- Of whom the configuration spoke, and where they were.
SELECT name, location, configured FROM roots ORDER BY name;

-- name: configure_root
-- Whether it is there, the comparison finds out.
INSERT INTO roots (name, location, changed_at, configured) VALUES (:name, :location, :now, 1)
ON CONFLICT (name) DO UPDATE SET configured = 1;

-- name: rename_images
-- stable_id() is identity.py's: it follows from root and path.
UPDATE images SET root = :new, stable_id = stable_id(:new, path) WHERE root = :old;

-- name: rename_failures
-- With their next tries.
UPDATE failures SET root = :new WHERE root = :old;

-- name: rename_volumes
-- With their markers, by which the folder is known.
UPDATE volumes SET root = :new WHERE root = :old;

-- name: rename_roots
-- Its location is written when it is compared.
UPDATE roots SET name = :new WHERE name = :old;

-- name: retire_images
-- They are present again when the root is back in the configuration.
UPDATE images SET missing_since = :now WHERE root = :root AND missing_since IS NULL;

-- name: retire_root
-- Until it is forgotten, or configured again.
UPDATE roots SET configured = 0, online = 0, note = :note, changed_at = :now WHERE name = :root;

-- name: images_of_root
-- Some of them, through the index images_by_place.
SELECT id FROM images WHERE root = ? LIMIT ?;

-- name: remove_images
-- Their long rows go with them.
DELETE FROM images WHERE id IN (SELECT value FROM json_each(?));

-- name: remove_failures
-- Of a root.
DELETE FROM failures WHERE root = ?;

-- name: remove_volumes
-- Of a root.
DELETE FROM volumes WHERE root = ?;

-- name: remove_root
-- The last of it.
DELETE FROM roots WHERE name = ?;

-- name: volumes
-- A root's own row and those of what is mounted below it.
SELECT root, folder, marker, learned_at, unconfirmed_since, confirmed_at FROM volumes WHERE root = ? ORDER BY folder;

-- name: confirmed_roots
-- The user said of them that what is gone is gone; the next comparison believes it.
SELECT root FROM volumes WHERE folder = '' AND confirmed_at IS NOT NULL ORDER BY root;

-- name: learn_volume
-- learned_at tells when the name was learnt, so it stays while the name does.
INSERT INTO volumes (root, folder, marker, learned_at) VALUES (:root, :folder, :marker, :now)
ON CONFLICT (root, folder) DO UPDATE SET marker = excluded.marker, learned_at = excluded.learned_at
WHERE volumes.marker IS NOT excluded.marker;

-- name: hold_missing
-- Only the root's own row says it.
UPDATE volumes SET unconfirmed_since = ? WHERE root = ? AND folder = '';

-- name: confirm_missing
-- Also of a root that has no row yet.
INSERT INTO volumes (root, folder, marker, learned_at, confirmed_at) VALUES (:root, '', '', :now, :now)
ON CONFLICT (root, folder) DO UPDATE SET confirmed_at = excluded.confirmed_at;

-- name: end_confirmation
-- It was believed once.
UPDATE volumes SET confirmed_at = NULL, unconfirmed_since = NULL WHERE root = ? AND folder = '';

-- name: forget_mounts
-- Those that are still there are found by the walk.
DELETE FROM volumes WHERE root = ? AND folder <> '';

-- name: mark_salvaged_rows
-- No version of a stage is called so: the service makes these rows again from the stored records.
UPDATE images SET recipe = 'salvaged@1' WHERE id IN (SELECT image_id FROM raw_records);

-- name: mark_salvaged_files
-- Without a record the file itself is read again: no rescan finds it unchanged, and no content is like it.
UPDATE images SET mtime_ns = 0, sha256 = NULL WHERE id NOT IN (SELECT image_id FROM raw_records);

-- ── Lists for exports ──

-- name: list_tokens
-- The index tokens_by_term answers alone, in its own order: no sorting at any size. Terms that also came as something else
-- (tokens_by_kind), as a LoRA's name or the like, are counted one by one.
WITH other (term_id) AS (
    SELECT DISTINCT term_id FROM token_rows
    WHERE kind IN (SELECT value FROM json_each(:others)) AND side = :side
), counted (id, times) AS MATERIALIZED (
    SELECT c.term_id, CASE WHEN o.term_id IS NULL THEN c.times ELSE (
               SELECT CASE WHEN :by_uses THEN COUNT(*) ELSE COUNT(DISTINCT r.image_id) END FROM token_rows r
               WHERE r.term_id = c.term_id AND r.side = :side
                 AND COALESCE(r.kind, 'tag') IN (SELECT value FROM json_each(:kinds))) END
    FROM (SELECT term_id, CASE WHEN :by_uses THEN COUNT(*) ELSE COUNT(DISTINCT image_id) END AS times
          FROM token_rows WHERE side = :side GROUP BY term_id) c
    LEFT JOIN other o ON o.term_id = c.term_id
)
SELECT '', '', t.term, c.times FROM counted c JOIN terms t ON t.id = c.id WHERE c.times > 0;

-- name: list_tokens_of_kinds
-- As list_tokens, without plain tags: the index tokens_by_kind answers alone.
SELECT '', '', (SELECT term FROM terms t WHERE t.id = c.term_id), c.times
FROM (SELECT term_id, CASE WHEN :by_uses THEN COUNT(*) ELSE COUNT(DISTINCT image_id) END AS times
      FROM token_rows WHERE kind IN (SELECT value FROM json_each(:kinds)) AND side = :side GROUP BY term_id) c;

-- name: list_spellings
-- How tokens were written that were not written as their terms: one pass over all, and most have none.
SELECT term_id, spelling_id FROM token_rows
WHERE side = :side AND spelling_id IS NOT NULL AND COALESCE(kind, 'tag') IN (SELECT value FROM json_each(:kinds));

-- name: list_spelling
-- A token that was written so many times in another form than its term: that form, and its term so many times less.
SELECT '', '', (SELECT text FROM texts x WHERE x.id = :spelling_id), :times
UNION ALL SELECT '', '', (SELECT term FROM terms t WHERE t.id = :id), -:times;

-- name: list_embeddings
-- As list_terms, of all images.
SELECT DISTINCT r.term_id, r.spelling_id, CASE WHEN instr(p.prompt, 'embedding:') THEN 1 WHEN instr(p.prompt, '<embed:') THEN 2 ELSE 0 END,
       p.id, CASE WHEN :by_uses THEN r.position END
FROM token_rows r CROSS JOIN (
    SELECT id, CASE :side WHEN 'pos' THEN positive_prompt ELSE negative_prompt END AS prompt FROM images) p ON p.id = r.image_id
WHERE r.kind = 'embedding' AND r.side = :side;

-- name: list_places
-- Every image by the list that it belongs to; a model that files spell differently is one list, under its first spelling.
-- Those of one list come together, in the order in which they lie.
SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END,
       CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END, i.id
FROM images i ORDER BY 1, 2, 3;

-- name: list_terms
-- The tokens of some images, each once an image, to be counted by who asks: grouped here by model and month, they were
-- all sorted, which took eight times as long. call says how the prompt calls an embedding: by its name alone (0),
-- embedding:name (1), <embed:name> (2).
SELECT term_id, spelling_id, call FROM (
    SELECT r.term_id AS term_id, r.spelling_id AS spelling_id, MIN(r.position),
           CASE WHEN r.kind = 'embedding' THEN (
               SELECT CASE WHEN instr(p.prompt, 'embedding:') THEN 1 WHEN instr(p.prompt, '<embed:') THEN 2 ELSE 0 END
               FROM (SELECT CASE :side WHEN 'pos' THEN positive_prompt ELSE negative_prompt END AS prompt
                     FROM images WHERE id = r.image_id) p) END AS call
    FROM json_each(:ids) j CROSS JOIN token_rows r ON r.image_id = j.value
    WHERE r.side = :side AND COALESCE(r.kind, 'tag') IN (SELECT value FROM json_each(:kinds))
    GROUP BY r.image_id, r.term_id);

-- name: list_uses
-- As list_terms, each as often as it is in a prompt.
SELECT r.term_id, r.spelling_id,
       CASE WHEN r.kind = 'embedding' THEN (
           SELECT CASE WHEN instr(p.prompt, 'embedding:') THEN 1 WHEN instr(p.prompt, '<embed:') THEN 2 ELSE 0 END
           FROM (SELECT CASE :side WHEN 'pos' THEN positive_prompt ELSE negative_prompt END AS prompt
                 FROM images WHERE id = r.image_id) p) END
FROM json_each(:ids) j CROSS JOIN token_rows r ON r.image_id = j.value
WHERE r.side = :side AND COALESCE(r.kind, 'tag') IN (SELECT value FROM json_each(:kinds));

-- name: list_term
-- One counted token: as it was written, or its compared form.
SELECT :model, :month,
       CASE :call WHEN 1 THEN 'embedding:' WHEN 2 THEN '<embed:' ELSE '' END
       || COALESCE((SELECT text FROM texts x WHERE x.id = :spelling_id), (SELECT term FROM terms t WHERE t.id = :id))
       || CASE :call WHEN 2 THEN '>' ELSE '' END, :times;

-- name: list_prompts
-- Not grouped here: whoever gathers the lines groups them anyhow, by a form that SQLite cannot make.
SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END,
       CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END,
       CASE :which WHEN 'pos' THEN i.positive_prompt ELSE i.negative_prompt END AS prompt, 1
FROM images i WHERE prompt <> '';

-- name: list_prompts_of
-- As list_prompts, of some images.
SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END,
       CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END,
       CASE :which WHEN 'pos' THEN i.positive_prompt ELSE i.negative_prompt END AS prompt, 1
FROM json_each(:ids) j CROSS JOIN images i ON i.id = j.value WHERE prompt <> '';

-- name: list_values
-- There is no index by key: one pass over all facts. Values are looked up once each.
SELECT '', '', (SELECT text FROM texts x WHERE x.id = c.value_id), c.n
FROM (SELECT value_id, COUNT(*) AS n FROM kv_rows
      WHERE key_id = (SELECT id FROM terms WHERE term = :key) AND value_id IS NOT NULL GROUP BY value_id) c;

-- name: list_values_split
-- As list_values, with a look at each image.
SELECT c.model, c.month, (SELECT text FROM texts x WHERE x.id = c.value_id), c.n
FROM (SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END AS model,
             CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END AS month, r.value_id, COUNT(*) AS n
      FROM kv_rows r CROSS JOIN images i ON i.id = r.image_id
      WHERE r.key_id = (SELECT id FROM terms WHERE term = :key) AND r.value_id IS NOT NULL GROUP BY 1, 2, 3) c;

-- name: list_values_computed
-- The few keys whose values are elsewhere; the view kv finds them.
SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END,
       CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END, k.value, 1
FROM images i CROSS JOIN kv k ON k.image_id = i.id WHERE k.key = :key AND k.value <> '';

-- name: list_used
-- The resources that had an effect, to be counted by who asks: GROUP BY sorts them, which took four times as long.
SELECT name_id, CASE WHEN :labels THEN label_id END FROM resource_rows WHERE used AND (:kind IS NULL OR kind = :kind);

-- name: list_resource
-- One counted resource by its name or label.
SELECT '', '', COALESCE((SELECT text FROM texts x WHERE x.id = :label_id), (SELECT term FROM terms t WHERE t.id = :name_id)),
       :times;

-- name: list_resources_split
-- As list_used, with a look at each image.
SELECT c.model, c.month, COALESCE(CASE WHEN :labels THEN (SELECT text FROM texts x WHERE x.id = c.label_id) END,
                                  (SELECT term FROM terms t WHERE t.id = c.name_id)), c.n
FROM (SELECT CASE WHEN :by_model THEN COALESCE((SELECT MIN(m.model) FROM images m WHERE m.model_norm = i.model_norm), i.model, '') ELSE '' END AS model,
             CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END AS month,
             r.name_id, CASE WHEN :labels THEN r.label_id END AS label_id, COUNT(*) AS n
      FROM resource_rows r CROSS JOIN images i ON i.id = r.image_id
      WHERE r.used AND (:kind IS NULL OR r.kind = :kind) GROUP BY 1, 2, 3, 4) c;

-- name: list_loras
-- Every LoRA of every image that had an effect, as the file calls it.
SELECT CASE WHEN :by_model THEN COALESCE(i.model, '') ELSE '' END,
       CASE WHEN :by_month THEN substr(i.modified_at, 1, 7) ELSE '' END,
       COALESCE((SELECT text FROM texts x WHERE x.id = r.label_id), (SELECT term FROM terms t WHERE t.id = r.name_id)),
       r.weight, r.image_id
FROM resource_rows r CROSS JOIN images i ON i.id = r.image_id WHERE r.used AND r.kind = 'lora';

-- name: count_prompted
-- Those that words can go with.
SELECT COUNT(*) FROM images WHERE positive_prompt <> '';

-- name: count_with_term
-- The index tokens_by_term answers alone.
SELECT COUNT(DISTINCT image_id) FROM token_rows WHERE term_id = ? AND side = 'pos';

-- name: spell_term
-- A token as it was written, or its compared form where it was written so.
SELECT COALESCE((SELECT text FROM texts WHERE id = ?), (SELECT term FROM terms WHERE id = ?));

-- name: category_words
-- All of them, to be compared.
SELECT word, category FROM category_words;

-- name: drop_category_words
-- Before others are written.
DELETE FROM category_words;

-- name: add_category_word
-- One of them.
INSERT INTO category_words (word, category) VALUES (?, ?);

-- name: list_keys
-- To tell somebody who asked for one that there is not.
SELECT k.term FROM terms k WHERE k.id IN (SELECT DISTINCT key_id FROM kv_rows) ORDER BY k.id;

-- name: data_version
-- A number that is another one whenever anything in images was written since.
SELECT version FROM data_version;

-- name: set_export
-- One row an export, known by what it writes.
INSERT INTO export_state (out, kind, settings, data_version, last_run_at, seconds, items, unsafe, changed_at, error)
VALUES (:out, :kind, :settings, :data_version, :last_run_at, :seconds, :items, :unsafe, :changed_at, :error)
ON CONFLICT (out) DO UPDATE SET
    kind = excluded.kind, settings = excluded.settings, data_version = excluded.data_version,
    last_run_at = excluded.last_run_at, seconds = excluded.seconds, items = COALESCE(excluded.items, items),
    unsafe = COALESCE(excluded.unsafe, unsafe), changed_at = COALESCE(excluded.changed_at, changed_at),
    error = excluded.error;

-- name: set_export_files
-- What an export's files were when it wrote them.
INSERT INTO export_files (out, digest) VALUES (:out, :digest) ON CONFLICT (out) DO UPDATE SET digest = excluded.digest;

-- name: exports
-- In the order in which their files are called.
SELECT out, kind, settings, data_version, last_run_at, seconds, items, unsafe, changed_at, error,
       (SELECT digest FROM export_files f WHERE f.out = e.out)
FROM export_state e ORDER BY out;

-- name: drop_export
-- Of an export that is configured no more.
DELETE FROM export_state WHERE out = ?;

-- name: drop_export_files
-- As drop_export.
DELETE FROM export_files WHERE out = ?;

-- name: add_model
-- A model file that no row is about yet.
INSERT INTO model_versions (version_id, model_id, model_name, version_name, kind, base_model, air, sha256, autov1,
                            autov2, autov3, blake3, crc32, file_name, extra_json, trust, source, updated_at)
VALUES (:version_id, :model_id, :model_name, :version_name, :kind, :base_model, :air, :sha256, :autov1,
        :autov2, :autov3, :blake3, :crc32, :file_name, :extra_json, :trust, :source, :now);

-- name: change_model
-- A source says more of a model file that is known.
UPDATE model_versions SET
    version_id = :version_id, model_id = :model_id, model_name = :model_name, version_name = :version_name,
    kind = :kind, base_model = :base_model, air = :air, sha256 = :sha256, autov1 = :autov1, autov2 = :autov2,
    autov3 = :autov3, blake3 = :blake3, crc32 = :crc32, file_name = :file_name, extra_json = :extra_json,
    trust = :trust, source = :source, updated_at = :now
WHERE id = :id;

-- name: drop_model
-- Two rows turned out to be about one file.
DELETE FROM model_versions WHERE id = ?;

-- name: drop_model_key
-- By the key, since there is no index by model: it would cost as much as the table.
DELETE FROM model_key_rows WHERE key = ? AND id = ?;

-- name: add_model_key
-- Two hashes of one file may be the same digits.
INSERT INTO model_key_rows (key, id) VALUES (?, ?) ON CONFLICT (key, id) DO NOTHING;

-- name: models_of_version
-- The main file was written first. :nameless asks only for those that name no file. The limit comes before that, so that a
-- version of 20,000 files is not looked through for each of them.
SELECT version_id, model_id, model_name, version_name, kind, base_model, air, file_name, source, trust, extra_json,
       sha256, autov1, autov2, autov3, blake3, crc32, id
FROM (SELECT * FROM model_versions WHERE version_id = :version_id ORDER BY id LIMIT 50)
WHERE NOT :nameless OR COALESCE(file_name, '') = '' ORDER BY id;

-- name: models_by_key
-- What is under a key. The limit: a thousand files of one name say no more than fifty.
SELECT m.version_id, m.model_id, m.model_name, m.version_name, m.kind, m.base_model, m.air, m.file_name, m.source, m.trust,
       m.extra_json, m.sha256, m.autov1, m.autov2, m.autov3, m.blake3, m.crc32, m.id
FROM (SELECT id FROM model_key_rows WHERE key = :key ORDER BY id LIMIT 50) k JOIN model_versions m ON m.id = k.id
WHERE NOT :nameless OR COALESCE(m.file_name, '') = '' ORDER BY m.id;

-- name: models_by_hash
-- A hash that begins with the digits ('g' comes after every hexadecimal digit), or that is their beginning.
-- Fifty of each are enough: what so many models share tells none of them.
SELECT m.version_id, m.model_id, m.model_name, m.version_name, m.kind, m.base_model, m.air, m.file_name,
       m.source, m.trust, m.extra_json, m.sha256, m.autov1, m.autov2, m.autov3, m.blake3, m.crc32, m.id
FROM model_versions m
WHERE m.id IN (
    SELECT id FROM (SELECT DISTINCT k.id FROM model_key_rows k
                    WHERE k.key >= '#' || :digits AND k.key < '#' || :digits || 'g' LIMIT 50)
    UNION
    SELECT id FROM (SELECT DISTINCT k.id FROM model_key_rows k
                    WHERE k.key IN ('#' || substr(:digits, 1, 10), '#' || substr(:digits, 1, 11),
                                    '#' || substr(:digits, 1, 12), '#' || substr(:digits, 1, 13),
                                    '#' || substr(:digits, 1, 14), '#' || substr(:digits, 1, 15),
                                    '#' || substr(:digits, 1, 16)) LIMIT 50)
)
ORDER BY m.id LIMIT 50;

-- name: count_models
-- For the report.
SELECT COUNT(*) FROM model_versions;

-- name: hashed_file
-- Only while the file is what it was.
SELECT sha256, autov1, autov3 FROM hashed_file_rows WHERE path = ? AND size_bytes = ? AND mtime_ns = ?;

-- name: add_hashed_file
-- The newest counts.
INSERT INTO hashed_file_rows (path, size_bytes, mtime_ns, sha256, autov1, autov3) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
    sha256 = excluded.sha256, autov1 = excluded.autov1, autov3 = excluded.autov3;

-- name: switch
-- Switches are few.
SELECT value FROM switch_rows WHERE name = ?;

-- name: set_switch
-- One row a switch.
INSERT INTO switch_rows (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: stated_resources
-- Each different way in which images state a resource, and in how many images: thousands, where images are many.
-- Grouped by ids first, so that each text is looked up once.
SELECT g.kind, n.term, COALESCE((SELECT l.text FROM texts l WHERE l.id = g.label_id), n.term),
       (SELECT h.term FROM terms h WHERE h.id = g.hash_id), g.hash_kind, g.model_version_id, g.extra, g.images, g.name_id
FROM (SELECT r.kind AS kind, r.name_id AS name_id, r.label_id AS label_id, r.hash_id AS hash_id,
             r.hash_kind AS hash_kind, r.model_version_id AS model_version_id, COUNT(DISTINCT r.image_id) AS images,
             CASE WHEN instr(r.extra_json, '"original"') THEN json_object(
                 'original', json(json_extract(r.extra_json, '$.original')),
                 'resolved_by', json_extract(r.extra_json, '$.resolved_by')) END AS extra
      FROM resource_rows r GROUP BY 1, 2, 3, 4, 5, 6, 8) g
JOIN terms n ON n.id = g.name_id
ORDER BY g.images DESC, g.kind, n.term;

-- name: place_of_image
-- One at a time: a list of a hundred thousand places is not held in memory.
SELECT root, path, size_bytes, mtime_ns, sidecars FROM images WHERE id = ?;

-- name: images_stating
-- Where a resource is stated under a name, of a kind.
SELECT DISTINCT image_id FROM resource_rows WHERE name_id = ? AND kind = ?;

-- name: make_marks
-- The user's own file: marks.py. Its text stands in it, so that who opens it reads what a column is for.
CREATE TABLE IF NOT EXISTS marks (
    sha256    TEXT PRIMARY KEY,  -- of the whole file, as in v_images_search: so the mark stays with the picture
    file_name TEXT,              -- for your eyes alone, nothing reads it
    rating    INTEGER,           -- as you like, 1 to 5: search rating:4..
    favourite INTEGER,           -- 1: search fav:yes
    tags      TEXT,              -- with commas between them: search tag:keep
    note      TEXT
);

-- name: attach_marks
-- For reading.
ATTACH ? AS marks;

-- name: mark_of
-- Of one content.
SELECT rating, favourite, tags, note FROM marks WHERE sha256 = ?;

-- name: any_mark
-- Fails where the user has made something else of the file.
SELECT sha256, rating, favourite, tags FROM marks LIMIT 1;

-- name: add_character
-- A row that is there already stays.
INSERT OR IGNORE INTO character_rows (character, negative, image_id) VALUES (?, ?, ?);

-- name: make_thumbnails
-- A file of its own: thumbnail_file.py. DB Browser shows the pictures in its field for a cell.
CREATE TABLE IF NOT EXISTS thumbnails (
    sha256  TEXT PRIMARY KEY,    -- of the whole file, as in v_images_search
    width   INTEGER,
    height  INTEGER,
    webp    BLOB,                -- NULL: the file cannot be drawn
    made_at TEXT NOT NULL
) WITHOUT ROWID;

-- name: make_large_thumbnails
-- For screens with small pixels; the gallery makes them, as they are asked for.
CREATE TABLE IF NOT EXISTS large_thumbnails (
    sha256  TEXT PRIMARY KEY,
    width   INTEGER,
    height  INTEGER,
    webp    BLOB,                -- NULL: the file cannot be drawn
    made_at TEXT NOT NULL
) WITHOUT ROWID;

-- name: lacking_thumbnails
-- Also what cannot be drawn has a row.
SELECT value FROM json_each(?) WHERE value NOT IN (SELECT sha256 FROM thumbnails);

-- name: save_thumbnail
-- The newest counts.
INSERT OR REPLACE INTO thumbnails (sha256, width, height, webp, made_at) VALUES (?, ?, ?, ?, ?);

-- name: save_large_thumbnail
-- The newest counts.
INSERT OR REPLACE INTO large_thumbnails (sha256, width, height, webp, made_at) VALUES (?, ?, ?, ?, ?);

-- name: find_thumbnail
-- One picture of a content; none is known where there is no row.
SELECT webp FROM thumbnails WHERE sha256 = ?;

-- name: find_large_thumbnail
-- The same, of the larger ones.
SELECT webp FROM large_thumbnails WHERE sha256 = ?;

-- name: crowd_out_thumbnails
-- Some, wherever one looks: hashes are evenly spread.
DELETE FROM thumbnails WHERE sha256 IN (SELECT sha256 FROM thumbnails WHERE sha256 >= ? ORDER BY sha256 LIMIT ?);

-- name: crowd_out_large_thumbnails
-- The same, of the larger ones.
DELETE FROM large_thumbnails WHERE sha256 IN (SELECT sha256 FROM large_thumbnails WHERE sha256 >= ? ORDER BY sha256 LIMIT ?);

-- name: thumbnail_hashes
-- A page at a time, of both sizes.
SELECT sha256 FROM thumbnails WHERE sha256 > ?1 UNION SELECT sha256 FROM large_thumbnails WHERE sha256 > ?1 ORDER BY sha256 LIMIT ?2;

-- name: remove_thumbnails
-- Of contents that no image has any more.
DELETE FROM thumbnails WHERE sha256 IN (SELECT value FROM json_each(?));

-- name: count_thumbnails
-- With what cannot be drawn.
SELECT COUNT(*) FROM thumbnails;

-- name: count_contents
-- Of the files that are there, through the index images_by_sha256.
SELECT COUNT(DISTINCT sha256) FROM images WHERE missing_since IS NULL;

-- name: remove_large_thumbnails
-- The same, of the larger ones.
DELETE FROM large_thumbnails WHERE sha256 IN (SELECT value FROM json_each(?));

-- name: thumbnail_pages
-- Without those that are free.
SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count;

-- name: unknown_contents
-- Those of some contents that no image has, present or missing.
SELECT value FROM json_each(?) WHERE value NOT IN (SELECT sha256 FROM images WHERE sha256 IS NOT NULL);

-- name: small_pictures
-- A tab of DB Browser's project, where there is the file of small pictures.
SELECT t.webp, s.image_id, s.file_name, s.prompt_preview, s.model_norm, s.full_path
FROM v_images_search s
JOIN thumbnails t ON t.sha256 = s.sha256
ORDER BY s.image_id DESC
LIMIT 200;

-- name: add_request
-- It waits until the service takes it up.
INSERT INTO request_rows (command, arguments, asked_at, state, done) VALUES (?, ?, ?, 'waiting', 0);

-- name: request
-- None where it was taken back.
SELECT id, command, arguments, state, done, result FROM request_rows WHERE id = ?;

-- name: has_requests
-- Mostly there is none.
SELECT EXISTS (SELECT 1 FROM request_rows);

-- name: open_requests
-- For the status.
SELECT id, command, arguments, state, done, result FROM request_rows WHERE state IN ('waiting', 'running') ORDER BY id;

-- name: ended_requests
-- Whose command has not read its end, or was killed.
SELECT id, command, arguments, state, done, result FROM request_rows WHERE state IN ('done', 'failed') ORDER BY id;

-- name: next_request
-- The oldest first.
SELECT id, command, arguments, state, done, result FROM request_rows WHERE state = 'waiting' ORDER BY id LIMIT 1;

-- name: set_request
-- How far it is.
UPDATE request_rows SET state = :state, done = :done, result = :result WHERE id = :id;

-- name: drop_request
-- Taken back, or its end was read.
DELETE FROM request_rows WHERE id = ?;

-- name: revive_requests
-- A service that was killed has left them.
UPDATE request_rows SET state = 'waiting' WHERE state = 'running';

-- name: drop_old_requests
-- Nobody waits for these any more.
DELETE FROM request_rows WHERE state IN ('done', 'failed') AND asked_at < ?;
