-- AIImageMetaPipe: the database, line by line.
--
-- This file creates a new database and may be run again over an existing one: nothing is lost, nothing is done
-- twice. It runs as it stands when pasted into DB Browser for SQLite: no BEGIN or COMMIT, no extension, nothing
-- newer than SQLite 3.35.
--
-- What to query:  about (this list, in the database), v_images_search (one line an image, everything), images, kv, tokens, token_counts, resources, passes,
--                 v_images_with_core_params, v_images_with_resources, v_all_resources, v_conflicts, v_duplicates,
--                 model_versions, failures, service_status, export_state, export_files, category_words; positive_words and negative_words MATCH words.
-- What lies below: *_rows hold the long lists in a compact form, terms and texts hold each repeated string once,
--                 raw_records keeps what ExifTool said, repeated_contents serves v_duplicates. Query the views above
--                 them; the compact form may change.

PRAGMA application_id = 1095322960;  -- 'AIMP' in ASCII: `file out/images.db` and the service know the file by it
PRAGMA user_version = 4;             -- the version of this schema; the service upgrades older ones, refuses newer


-- ── Images ───────────────────────────────────────────────────────────────────────────────────────────────────

-- One row a file that was ever seen in a watched folder. It holds everything that the three v_images views show,
-- so that those views are plain SELECTs of this one table: DB Browser's COUNT(*) costs milliseconds at any size.
CREATE TABLE IF NOT EXISTS images (
    id              INTEGER PRIMARY KEY,     -- stays when the file is moved or renamed
    stable_id       TEXT NOT NULL UNIQUE,    -- from root and path alone: the same on every machine and after a rebuild
    root            TEXT NOT NULL,           -- name of the watched folder in config.toml
    folder          TEXT NOT NULL,           -- below the root, with a final '/'; '' for the root itself
    file_name       TEXT NOT NULL,
    path            TEXT GENERATED ALWAYS AS (folder || file_name) VIRTUAL,  -- relative to the root, with '/'
    size_bytes      INTEGER NOT NULL,
    mtime_ns        INTEGER NOT NULL,        -- last written, nanoseconds since 1970 (UTC)
    modified_at     TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%SZ', mtime_ns / 1000000000, 'unixepoch')) VIRTUAL,
    missing_since   TEXT,                    -- when the file was first not found; NULL while it is there
    state           TEXT GENERATED ALWAYS AS (CASE WHEN missing_since IS NULL THEN 'present' ELSE 'missing' END) VIRTUAL,
    sha256          TEXT,                    -- of the whole file
    mime_type       TEXT,                    -- by the file's first bytes, whatever its name says
    file_width      INTEGER,                 -- pixels of the file
    file_height     INTEGER,
    status          TEXT NOT NULL CHECK (status IN ('ok', 'partial', 'no_metadata', 'unreadable')),
    recipe          TEXT NOT NULL,           -- versions of the stages that made this row: 'a1111@1 parsers@1 …'
    first_seen_at   TEXT NOT NULL,
    ingested_at     TEXT NOT NULL,           -- when this row was last written
    generator       TEXT,                    -- a1111, forge, comfyui …; NULL where the file names none
    -- The base pass, in the words of the file; *_norm in ComfyUI's names. NULL: the file does not say.
    model           TEXT,                    -- checkpoint or diffusion model of the base pass; checkpoints has all
    model_hash      TEXT,
    sampler         TEXT,
    sampler_norm    TEXT,
    scheduler       TEXT,
    scheduler_norm  TEXT,
    steps           INTEGER,
    cfg_scale       REAL,
    guidance        REAL,                    -- distilled guidance (Flux, HunyuanVideo), which is not CFG
    seed            TEXT,                    -- decimal digits; ComfyUI's seeds reach 2^64-1, past SQLite's integers
    width           INTEGER,                 -- pixels that were sampled, as the metadata states them
    height          INTEGER,
    clip_skip       INTEGER,                 -- positive: 2 = the last but one layer
    denoise         REAL,                    -- 0 to 1; the hires pass's where the file states no other
    vae             TEXT,                    -- the one that the file names as its setting; vaes has all
    upscaler        TEXT,                    -- the setting, also a method that is no file: 'nearest-exact'; upscalers has the files
    -- The resources, joined by ', '; the table resources has one row for each.
    loras           TEXT,                    -- 'name:weight'
    embeddings      TEXT,
    checkpoints     TEXT,                    -- all that had a part: that of model, a refiner's, another pass's
    vaes            TEXT,                    -- all that had a part, whether vae names them or not
    upscalers       TEXT,                    -- all that had a part and are files, whether upscaler names them or not
    other_resources TEXT,                    -- 'kind:name'
    warnings        TEXT,                    -- why the row is partial, one reason a line
    positive_prompt TEXT,                    -- '' = stated and empty; NULL = not stated
    negative_prompt TEXT,
    model_norm      TEXT,                    -- the model without folder and ending, in lower case: one model is one name
    created_at      TEXT,                    -- when the picture was made, where the file states it: 2025-03-04T05:06:07Z, in
                                             -- the zone that is stated; kv has the place
    sidecars        TEXT                     -- the texts beside the file that were read with it, one a line: ending, bytes,
                                             -- last written (nanoseconds since 1970); NULL where there was none
);

-- The rescan's index: a whole folder is compared with the disk without touching the wide rows.
CREATE INDEX IF NOT EXISTS images_by_place ON images (
    root, folder, file_name, size_bytes, mtime_ns, missing_since, sidecars
);
-- Finds copies, and a moved file's old row.
CREATE INDEX IF NOT EXISTS images_by_sha256 ON images (sha256, missing_since);
-- Finds the rows that an older version of a stage made.
CREATE INDEX IF NOT EXISTS images_by_recipe ON images (recipe);
-- What people sort, filter and group by.
CREATE INDEX IF NOT EXISTS images_by_modified ON images (modified_at);
CREATE INDEX IF NOT EXISTS images_by_file_name ON images (file_name);
CREATE INDEX IF NOT EXISTS images_by_model ON images (model);
CREATE INDEX IF NOT EXISTS images_by_model_norm ON images (model_norm, model);
CREATE INDEX IF NOT EXISTS images_by_sampler ON images (sampler_norm, scheduler_norm);
CREATE INDEX IF NOT EXISTS images_by_generator ON images (generator);
CREATE INDEX IF NOT EXISTS images_by_status ON images (status, missing_since);
CREATE INDEX IF NOT EXISTS images_by_created ON images (created_at);
CREATE INDEX IF NOT EXISTS images_by_loras ON images (loras);
CREATE INDEX IF NOT EXISTS images_by_steps ON images (steps);
CREATE INDEX IF NOT EXISTS images_by_cfg_scale ON images (cfg_scale);
CREATE INDEX IF NOT EXISTS images_by_dimensions ON images (width, height);
CREATE INDEX IF NOT EXISTS images_by_seed ON images (seed);
-- Seeds sorted by number: seed_order of the views, with zeros up to 20 digits. A text, since 2^64-1 is past SQLite's
-- integers, and its floating-point numbers are exact to 2^53 only. A seed below zero stands as it is, before all others.
CREATE INDEX IF NOT EXISTS images_by_seed_order ON images (
    CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END
);

-- Contents that more than one file had at some time: v_duplicates need not compare all hashes to find them.
CREATE TABLE IF NOT EXISTS repeated_contents (
    sha256 TEXT PRIMARY KEY
) WITHOUT ROWID;


-- ── Strings that repeat ──────────────────────────────────────────────────────────────────────────────────────

-- What is looked up by its text: normalized tokens, keys, names of resources, hashes.
CREATE TABLE IF NOT EXISTS terms (
    id   INTEGER PRIMARY KEY,
    term TEXT NOT NULL UNIQUE
);

-- What is only read back: values, sources, spellings. Found again by hash, so that a long text stands here once.
CREATE TABLE IF NOT EXISTS texts (
    id   INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL UNIQUE,            -- the text's BLAKE2b, first 64 bits as a signed integer
    text TEXT NOT NULL
);


-- ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Every fact a file states. Our keys come first, then the generator's own, verbatim.
CREATE TABLE IF NOT EXISTS kv_rows (
    image_id  INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,
    key_id    INTEGER NOT NULL REFERENCES terms (id),
    value_id  INTEGER REFERENCES texts (id), -- NULL: the view takes it from where it already stands
    source_id INTEGER REFERENCES texts (id),
    PRIMARY KEY (image_id, ordinal)
) WITHOUT ROWID;

-- No index by key: it cost 300 bytes and a tenth of the writing time an image, and a search for a key reads through
-- 100,000 images' facts in a fifth of a second without it. Who searches a larger collection by rare keys may add
--     CREATE INDEX my_kv_by_key ON kv_rows (key_id);
-- The service leaves what others added alone.


-- ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────

-- The prompts cut by their grammar.
CREATE TABLE IF NOT EXISTS token_rows (
    image_id    INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    side        TEXT NOT NULL,               -- 'pos' or 'neg', as text: an expression here makes searches five times slower
    position    INTEGER NOT NULL,            -- from 0, within its side
    term_id     INTEGER NOT NULL REFERENCES terms (id),
    spelling_id INTEGER REFERENCES texts (id),  -- as written, where that differs from the term
    weight      REAL,                        -- NULL: 1.0, which most are
    kind        TEXT,                        -- NULL: a plain tag, which most are
    PRIMARY KEY (image_id, side, position)
) WITHOUT ROWID;

-- Finds the images with a token, and sorts by it: all of a row comes out of the index alone. Without its last three columns,
-- which are mostly NULL, DB Browser's sorts of the view tokens looked up each of millions of rows by itself.
CREATE INDEX IF NOT EXISTS tokens_by_term ON token_rows (term_id, side, image_id, position, spelling_id, weight, kind);
-- Finds the few that are no plain tags: LoRAs, BREAK, schedules. Lists of tags leave them out.
CREATE INDEX IF NOT EXISTS tokens_by_kind ON token_rows (kind, side, term_id) WHERE kind IS NOT NULL;


-- What words are about, for the column category of tokens: the table that the program brings, and [categories] of
-- config.toml. The service writes it at its start.
CREATE TABLE IF NOT EXISTS category_words (
    word     TEXT PRIMARY KEY,               -- as t_norm
    category TEXT NOT NULL                   -- 'clothing', 'lighting', 'place' …
) WITHOUT ROWID;


-- ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Full-text search over the prompts, kept by the triggers below in the same transaction as the image:
--     SELECT * FROM v_images_search WHERE image_id IN
--         (SELECT rowid FROM positive_words WHERE positive_words MATCH 'castle dragon* NOT night');
-- The smallest form there is: the words alone, without their places (detail=none), and without a copy of the text
-- (content=images). So it knows words, word*, AND, OR, NOT and brackets, but no "several words in quotes"; for these
-- look further with positive_prompt LIKE '%long hair%', or ask the view tokens. Some 90 bytes an image for both sides.
CREATE VIRTUAL TABLE IF NOT EXISTS positive_words USING fts5 (
    positive_prompt, content='images', content_rowid='id', detail=none, columnsize=0
);

-- The same over the negative prompts.
CREATE VIRTUAL TABLE IF NOT EXISTS negative_words USING fts5 (
    negative_prompt, content='images', content_rowid='id', detail=none, columnsize=0
);

-- For a database that had images before it had these tables: an index without any word is built once.
INSERT INTO positive_words (positive_words)
SELECT 'rebuild' WHERE NOT EXISTS (SELECT 1 FROM positive_words_idx) AND EXISTS (SELECT 1 FROM images);
INSERT INTO negative_words (negative_words)
SELECT 'rebuild' WHERE NOT EXISTS (SELECT 1 FROM negative_words_idx) AND EXISTS (SELECT 1 FROM images);

CREATE TRIGGER IF NOT EXISTS words_added AFTER INSERT ON images BEGIN
    INSERT INTO positive_words (rowid, positive_prompt)
    SELECT new.id, new.positive_prompt WHERE new.positive_prompt <> '';
    INSERT INTO negative_words (rowid, negative_prompt)
    SELECT new.id, new.negative_prompt WHERE new.negative_prompt <> '';
END;

CREATE TRIGGER IF NOT EXISTS positive_words_changed AFTER UPDATE OF positive_prompt ON images
WHEN old.positive_prompt IS NOT new.positive_prompt BEGIN
    INSERT INTO positive_words (positive_words, rowid, positive_prompt)
    SELECT 'delete', old.id, old.positive_prompt WHERE old.positive_prompt <> '';
    INSERT INTO positive_words (rowid, positive_prompt)
    SELECT new.id, new.positive_prompt WHERE new.positive_prompt <> '';
END;

CREATE TRIGGER IF NOT EXISTS negative_words_changed AFTER UPDATE OF negative_prompt ON images
WHEN old.negative_prompt IS NOT new.negative_prompt BEGIN
    INSERT INTO negative_words (negative_words, rowid, negative_prompt)
    SELECT 'delete', old.id, old.negative_prompt WHERE old.negative_prompt <> '';
    INSERT INTO negative_words (rowid, negative_prompt)
    SELECT new.id, new.negative_prompt WHERE new.negative_prompt <> '';
END;

CREATE TRIGGER IF NOT EXISTS words_removed AFTER DELETE ON images BEGIN
    INSERT INTO positive_words (positive_words, rowid, positive_prompt)
    SELECT 'delete', old.id, old.positive_prompt WHERE old.positive_prompt <> '';
    INSERT INTO negative_words (negative_words, rowid, negative_prompt)
    SELECT 'delete', old.id, old.negative_prompt WHERE old.negative_prompt <> '';
END;


-- ── Resources ────────────────────────────────────────────────────────────────────────────────────────────────

-- The model files an image was made with.
CREATE TABLE IF NOT EXISTS resource_rows (
    image_id         INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    ordinal          INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    name_id          INTEGER NOT NULL REFERENCES terms (id),
    label_id         INTEGER REFERENCES texts (id),  -- where it differs from the name
    weight           REAL,
    clip_weight      REAL,
    hash_id          INTEGER REFERENCES terms (id),
    hash_kind        TEXT,
    model_version_id INTEGER,
    source_id        INTEGER REFERENCES texts (id),
    used             INTEGER NOT NULL DEFAULT 1,  -- 0: listed, but without effect: bypassed, or of weight 0
    extra_json       TEXT,
    norm_id          INTEGER REFERENCES terms (id),  -- the label without folder and ending, in lower case
    PRIMARY KEY (image_id, ordinal)
) WITHOUT ROWID;

-- Finds the images made with a model.
CREATE INDEX IF NOT EXISTS resources_by_name ON resource_rows (name_id);
-- Finds the images made with a CivitAI model version.
CREATE INDEX IF NOT EXISTS resources_by_version ON resource_rows (model_version_id) WHERE model_version_id IS NOT NULL;

-- What is known about models from outside the images: CivitAI exports, manual maps, local model folders. One row a
-- file of a version, the main file first; `aiimagepipe resolve` fills it. NULL: no source has said so yet.
CREATE TABLE IF NOT EXISTS model_versions (
    id           INTEGER PRIMARY KEY,
    version_id   INTEGER,                    -- CivitAI's model version id; NULL for a file that is known by its hash alone
    model_id     INTEGER,
    model_name   TEXT,
    version_name TEXT,
    kind         TEXT,                       -- as in resources
    base_model   TEXT,                       -- in the source's words
    air          TEXT,
    sha256       TEXT,
    autov1       TEXT,                       -- the first 8 digits of the SHA-256 of 64 KiB in its middle; not unique
    autov2       TEXT,                       -- the first 10 digits of the SHA-256
    autov3       TEXT,                       -- the first 12 digits of the SHA-256 of its tensors
    blake3       TEXT,
    crc32        TEXT,
    file_name    TEXT,
    extra_json   TEXT,
    trust        INTEGER NOT NULL,           -- whose word counts: 1 local file, 2 CivitAI, 3 a map that you wrote
    source       TEXT,                       -- the file it was learnt from
    updated_at   TEXT
);

-- Finds the files of a version.
CREATE INDEX IF NOT EXISTS model_versions_by_version ON model_versions (version_id);

-- Under what a model can be found: '#' and the first 16 digits of a hash, 'air:' and its AIR, 'file:' and its file's
-- name. A row may be deleted from model_versions and leave its keys: what they lead to is compared again.
CREATE TABLE IF NOT EXISTS model_key_rows (
    key TEXT NOT NULL,
    id  INTEGER NOT NULL,                    -- of model_versions
    PRIMARY KEY (key, id)
) WITHOUT ROWID;

-- Hashes of local model files, so that an unchanged file of many gigabytes is read once.
CREATE TABLE IF NOT EXISTS hashed_file_rows (
    path       TEXT PRIMARY KEY,             -- absolute
    size_bytes INTEGER NOT NULL,
    mtime_ns   INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    autov1     TEXT,
    autov3     TEXT
) WITHOUT ROWID;

-- What was switched on for this database: 'resolve' since `aiimagepipe resolve --rewrite` ran, so that new images follow;
-- and how far its round over all files is: 'scrub', the id of the image whose bytes were compared last.
CREATE TABLE IF NOT EXISTS switch_rows (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;


-- ── Sampling passes ──────────────────────────────────────────────────────────────────────────────────────────

-- Every time something was sampled on the way to the saved image.
CREATE TABLE IF NOT EXISTS pass_rows (
    image_id        INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    ordinal         INTEGER NOT NULL,        -- 0 = the base pass
    role            TEXT NOT NULL,
    sampler         TEXT,
    sampler_norm    TEXT,
    scheduler       TEXT,
    scheduler_norm  TEXT,
    steps           INTEGER,
    start_step      INTEGER,
    end_step        INTEGER,
    cfg_scale       REAL,
    guidance        REAL,
    seed            TEXT,
    denoise         REAL,
    width           INTEGER,
    height          INTEGER,
    model           TEXT,
    model_hash      TEXT,
    positive_prompt TEXT,                    -- of a later pass, where it differs from the base pass
    negative_prompt TEXT,
    own_prompts     INTEGER NOT NULL DEFAULT 0,  -- 1: positive_prompt is this pass's own; 2: negative_prompt; 3: both
    frames          INTEGER,                 -- of a video: how many, how many a second, how long
    fps             REAL,
    seconds         REAL,
    PRIMARY KEY (image_id, ordinal)
) WITHOUT ROWID;


-- ── Two sources, one file ────────────────────────────────────────────────────────────────────────────────────

-- Where two places in one file disagree; a was taken.
CREATE TABLE IF NOT EXISTS conflict_rows (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL,
    field    TEXT NOT NULL,
    value_a  TEXT,
    source_a TEXT,
    value_b  TEXT,
    source_b TEXT,
    PRIMARY KEY (image_id, ordinal)
) WITHOUT ROWID;


-- ── The service's own ────────────────────────────────────────────────────────────────────────────────────────

-- What ExifTool said of each file, whole, as zstandard-compressed JSON: `reprocess` reads it instead of the file.
CREATE TABLE IF NOT EXISTS raw_records (
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    record   BLOB NOT NULL
);

-- Files that could not be read, and when they are tried again.
CREATE TABLE IF NOT EXISTS failures (
    root        TEXT NOT NULL,
    path        TEXT NOT NULL,               -- relative to the root
    stage       TEXT NOT NULL,               -- 'extract', 'parse', 'store' …
    error_class TEXT NOT NULL,
    message     TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    first_at    TEXT NOT NULL,
    last_at     TEXT NOT NULL,
    next_try_at TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;

-- The watched folders, and whether they were there when last looked at.
CREATE TABLE IF NOT EXISTS roots (
    name       TEXT PRIMARY KEY,
    location   TEXT NOT NULL,                -- absolute path on the machine that watched it last
    online     INTEGER NOT NULL DEFAULT 1,   -- 0: not there, or emptied; its images are then not marked missing
    note       TEXT,                         -- why it is offline, and the mend
    changed_at TEXT NOT NULL,
    configured INTEGER NOT NULL DEFAULT 0    -- 1: config.toml names it; 0: no longer, or it came by --input
) WITHOUT ROWID;

-- The file systems of the watched folders, each known by the name in its file .aiimagepipe. Where another one is found,
-- or none, the folder is away, and nothing in it is missing.
CREATE TABLE IF NOT EXISTS volumes (
    root              TEXT NOT NULL,
    folder            TEXT NOT NULL,         -- where it is mounted, below the root; '' for the root itself
    marker            TEXT NOT NULL,         -- the name in that file; '' where none could be written
    learned_at        TEXT NOT NULL,         -- when that name was learnt
    unconfirmed_since TEXT,                  -- since when many files are gone at once and still held as present
    confirmed_at      TEXT,                  -- when confirm-missing said so; NULL again once it was believed
    PRIMARY KEY (root, folder)
) WITHOUT ROWID;

-- One row: what the service is doing. `aiimagepipe status` says more.
CREATE TABLE IF NOT EXISTS service_status (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    pid              INTEGER,
    host             TEXT,
    started_at       TEXT,
    heartbeat_at     TEXT,                   -- older than a minute: the service is not running
    last_event_at    TEXT,                   -- when the last file-system event came
    last_rescan_at   TEXT,
    queued           INTEGER,                -- files waiting
    done             INTEGER,                -- files since the start
    failed           INTEGER,
    exiftool_version TEXT,
    sqlite_version   TEXT,
    message          TEXT                    -- what it waits for, in words
);


-- One row: a number that grows with every image written, moved or marked missing, whoever does it. An export that has
-- seen the number that stands here need not run again.
CREATE TABLE IF NOT EXISTS data_version (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
INSERT OR IGNORE INTO data_version (id, version) VALUES (1, 0);

CREATE TRIGGER IF NOT EXISTS images_added AFTER INSERT ON images BEGIN
    UPDATE data_version SET version = version + 1;
END;

CREATE TRIGGER IF NOT EXISTS images_changed AFTER UPDATE ON images BEGIN
    UPDATE data_version SET version = version + 1;
END;

CREATE TRIGGER IF NOT EXISTS images_removed AFTER DELETE ON images BEGIN
    UPDATE data_version SET version = version + 1;
END;

-- The timed exports of config.toml ([[export]]): when each ran last, and how it went.
CREATE TABLE IF NOT EXISTS export_state (
    out          TEXT PRIMARY KEY,           -- the file or folder it writes, absolute
    kind         TEXT NOT NULL,              -- 'tokens', 'prompts', 'kv', 'resources', 'sql', 'templates', 'records'
    settings     TEXT NOT NULL,              -- its settings as JSON; it runs again when they change
    data_version INTEGER,                    -- what it has seen; NULL: it failed
    last_run_at  TEXT NOT NULL,
    seconds      REAL NOT NULL,              -- how long that took
    items        INTEGER,                    -- lines or rows in the file
    unsafe       INTEGER,                    -- texts that the dialect cannot carry; OUT.report.json lists them
    changed_at   TEXT,                       -- when the file's bytes last changed
    error        TEXT                        -- why it failed; NULL: it did not
) WITHOUT ROWID;

-- What the files of each timed export were when it wrote them: one that somebody has changed since is made again.
CREATE TABLE IF NOT EXISTS export_files (
    out    TEXT PRIMARY KEY,                 -- as in export_state
    digest TEXT NOT NULL                     -- of the files' names, sizes and times
) WITHOUT ROWID;


-- ── Views ────────────────────────────────────────────────────────────────────────────────────────────────────
-- Dropped and made anew, so that running this file brings them up to date. Looked-up strings are scalar subqueries
-- and not joins, so that a query which does not name the column does not pay for it.

DROP VIEW IF EXISTS about;
-- What there is to look at. DB Browser lists tables and views by name and shows the first one unasked, so this is met first.
CREATE VIEW about AS
SELECT 1 AS place, 'v_images_search' AS name, 'one line an image, with everything: begin here' AS holds
UNION ALL SELECT 2, 'v_images_with_core_params', 'one line an image: how it was sampled'
UNION ALL SELECT 3, 'v_images_with_resources', 'one line an image: what it was made with'
UNION ALL SELECT 4, 'kv', 'every fact a file states, and where in the file'
UNION ALL SELECT 5, 'tokens', 'the prompts, cut into tokens with their weights'
UNION ALL SELECT 6, 'token_counts', 'how often each token was written'
UNION ALL SELECT 7, 'resources', 'every model, LoRA, embedding, VAE … of every image'
UNION ALL SELECT 8, 'v_all_resources', 'the same, with those that were switched off'
UNION ALL SELECT 9, 'passes', 'every sampling pass: base, hires, refiner, detailer …'
UNION ALL SELECT 10, 'v_conflicts', 'where two places in one file disagree'
UNION ALL SELECT 11, 'v_duplicates', 'files with the same content'
UNION ALL SELECT 12, 'positive_words, negative_words', 'full-text search: … MATCH ''castle dragon*'''
UNION ALL SELECT 13, 'model_versions', 'what is known of models from outside the images'
UNION ALL SELECT 14, 'failures', 'files that could not be read, and why'
UNION ALL SELECT 15, 'roots, volumes, service_status', 'the watched folders, and what the service is doing'
UNION ALL SELECT 16, 'all others', 'the program''s own compact form of the above; it may change';

DROP VIEW IF EXISTS v_images_search;
-- One line an image: everything. full_path is where the file was when its folder was watched last, to be opened.
CREATE VIEW v_images_search AS
SELECT id AS image_id, file_name,
       -- The prompt's beginning on one line. Here and not in the table: DB Browser cannot parse a table with replace().
       substr(trim(replace(replace(replace(substr(positive_prompt, 1, 400), char(13), ' '), char(10), ' '), char(9), ' ')), 1, 120)
           AS prompt_preview,
       model, loras, sampler_norm, scheduler_norm, steps, cfg_scale,
       seed, width, height, generator, sampler, scheduler, model_hash, vae, clip_skip, denoise, guidance, upscaler,
       checkpoints, embeddings, vaes, upscalers, other_resources, status, state, modified_at, ingested_at,
       created_at, model_norm,
       warnings, positive_prompt, negative_prompt, root, path,
       (SELECT rtrim(r.location, '/') FROM roots r WHERE r.name = images.root) || '/' || folder || file_name AS full_path,
       folder, file_width, file_height, size_bytes, sha256,
       CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END AS seed_order
FROM images;

DROP VIEW IF EXISTS v_images_with_core_params;
-- One line an image: how it was sampled.
CREATE VIEW v_images_with_core_params AS
SELECT id AS image_id, path, file_name,
       substr(trim(replace(replace(replace(substr(positive_prompt, 1, 400), char(13), ' '), char(10), ' '), char(9), ' ')), 1, 120)
           AS prompt_preview,
       model, model_hash, sampler, sampler_norm, scheduler,
       scheduler_norm, steps, cfg_scale, seed, width, height, clip_skip, denoise, generator, status,
       positive_prompt, negative_prompt, guidance, root,
       (SELECT rtrim(r.location, '/') FROM roots r WHERE r.name = images.root) || '/' || folder || file_name AS full_path,
       folder, file_width, file_height, size_bytes, model_norm, created_at, sha256,
       CASE WHEN seed LIKE '-%' THEN seed ELSE substr('00000000000000000000' || seed, -20) END AS seed_order
FROM images;

DROP VIEW IF EXISTS v_images_with_resources;
-- One line an image: what it was made with.
CREATE VIEW v_images_with_resources AS
SELECT id AS image_id, path, file_name, model, model_hash, checkpoints, loras, embeddings, vae, vaes, upscaler,
       upscalers, other_resources, root,
       (SELECT rtrim(r.location, '/') FROM roots r WHERE r.name = images.root) || '/' || folder || file_name AS full_path,
       folder, file_width, file_height, size_bytes, guidance, model_norm, created_at, sha256
FROM images;

DROP VIEW IF EXISTS kv;
-- Every fact of every image, and where in the file it was read.
CREATE VIEW kv AS
SELECT r.image_id AS image_id,
       k.term AS key,
       CASE WHEN r.value_id IS NOT NULL THEN (SELECT v.text FROM texts v WHERE v.id = r.value_id)
            WHEN k.term = 'positive_prompt' THEN (SELECT i.positive_prompt FROM images i WHERE i.id = r.image_id)
            WHEN k.term = 'negative_prompt' THEN (SELECT i.negative_prompt FROM images i WHERE i.id = r.image_id)
            WHEN k.term IN ('seed', 'Seed') THEN (SELECT i.seed FROM images i WHERE i.id = r.image_id)
            WHEN k.term = 'prompt_tokens' THEN
                (SELECT json_group_array(COALESCE(s.text, t.term))
                 FROM token_rows u CROSS JOIN terms t ON t.id = u.term_id LEFT JOIN texts s ON s.id = u.spelling_id
                 WHERE u.image_id = r.image_id AND u.side = 'pos')
            WHEN k.term = 'neg_tokens' THEN
                (SELECT json_group_array(COALESCE(s.text, t.term))
                 FROM token_rows u CROSS JOIN terms t ON t.id = u.term_id LEFT JOIN texts s ON s.id = u.spelling_id
                 WHERE u.image_id = r.image_id AND u.side = 'neg')
       END AS value,
       (SELECT o.text FROM texts o WHERE o.id = r.source_id) AS source
FROM kv_rows r
JOIN terms k ON k.id = r.key_id;

DROP VIEW IF EXISTS tokens;
-- Every token of every prompt. category is that of all its words, of a first word that tells a pose or an artist, or
-- of the last before 'of'; NULL where none has one.
CREATE VIEW tokens AS
SELECT r.image_id AS image_id, r.side AS side, r.position AS position,
       COALESCE((SELECT s.text FROM texts s WHERE s.id = r.spelling_id), t.term) AS token,
       t.term AS t_norm, COALESCE(r.weight, 1.0) AS weight, COALESCE(r.kind, 'tag') AS kind,
       CASE WHEN COALESCE(r.kind, 'tag') IN ('tag', 'phrase', 'embedding') THEN COALESCE(
           (SELECT c.category FROM category_words c WHERE c.word = t.term),
           CASE WHEN instr(t.term, ' ') THEN COALESCE(
               (SELECT c.category FROM category_words c
                WHERE c.word = substr(t.term, 1, instr(t.term || ' ', ' ') - 1) AND c.category IN ('pose', 'artist')),
               (SELECT c.category FROM category_words c
                WHERE c.word = replace(substr(t.term, 1, instr(t.term || ' of ', ' of ') - 1),
                    rtrim(substr(t.term, 1, instr(t.term || ' of ', ' of ') - 1),
                          replace(substr(t.term, 1, instr(t.term || ' of ', ' of ') - 1), ' ', '')), ''))
           ) END
       ) END AS category
FROM token_rows r
JOIN terms t ON t.id = r.term_id;

DROP VIEW IF EXISTS token_counts;
-- How often each token was written, those times included when it was a LoRA or the like. It counts along the index
-- tokens_by_term; SELECT t_norm, COUNT(*) FROM tokens GROUP BY t_norm gives the same and has to sort all tokens.
CREATE VIEW token_counts AS
SELECT c.side AS side, (SELECT t.term FROM terms t WHERE t.id = c.term_id) AS t_norm, c.uses AS uses
FROM (SELECT term_id, side, COUNT(*) AS uses FROM token_rows GROUP BY term_id, side) c;

DROP VIEW IF EXISTS resources;
-- Every resource an image was made with (at weight 0, too, as its weight shows). name is the AIR URN where it is
-- known, label what the file wrote, name_norm that without folder and ending in lower case, to group by.
CREATE VIEW resources AS
SELECT r.image_id AS image_id, r.kind AS kind, n.term AS name,
       COALESCE((SELECT l.text FROM texts l WHERE l.id = r.label_id), n.term) AS label,
       r.weight AS weight, r.clip_weight AS clip_weight,
       (SELECT h.term FROM terms h WHERE h.id = r.hash_id) AS hash, r.hash_kind AS hash_kind,
       r.model_version_id AS model_version_id,
       (SELECT o.text FROM texts o WHERE o.id = r.source_id) AS source,
       r.extra_json AS extra_json, (SELECT m.term FROM terms m WHERE m.id = r.norm_id) AS name_norm
FROM resource_rows r
JOIN terms n ON n.id = r.name_id
WHERE r.used = 1 OR r.weight = 0;

DROP VIEW IF EXISTS v_all_resources;
-- The same with those that are listed but had no effect: bypassed, switched off, weight 0. used tells them apart.
CREATE VIEW v_all_resources AS
SELECT r.image_id AS image_id, r.kind AS kind, n.term AS name,
       COALESCE((SELECT l.text FROM texts l WHERE l.id = r.label_id), n.term) AS label,
       r.weight AS weight, r.clip_weight AS clip_weight,
       (SELECT h.term FROM terms h WHERE h.id = r.hash_id) AS hash, r.hash_kind AS hash_kind,
       r.model_version_id AS model_version_id,
       (SELECT o.text FROM texts o WHERE o.id = r.source_id) AS source, r.used AS used,
       r.extra_json AS extra_json, (SELECT m.term FROM terms m WHERE m.id = r.norm_id) AS name_norm
FROM resource_rows r
JOIN terms n ON n.id = r.name_id;

DROP VIEW IF EXISTS passes;
-- Every sampling pass of every image; is_primary marks the one that images shows.
CREATE VIEW passes AS
SELECT p.image_id AS image_id, p.ordinal AS ordinal, p.ordinal = 0 AS is_primary, p.role AS role,
       p.sampler AS sampler, p.sampler_norm AS sampler_norm, p.scheduler AS scheduler,
       p.scheduler_norm AS scheduler_norm, p.steps AS steps, p.start_step AS start_step, p.end_step AS end_step,
       p.cfg_scale AS cfg_scale, p.guidance AS guidance, p.seed AS seed, p.denoise AS denoise, p.width AS width,
       p.height AS height, p.model AS model, p.model_hash AS model_hash,
       CASE WHEN p.own_prompts & 1 THEN p.positive_prompt
            ELSE (SELECT i.positive_prompt FROM images i WHERE i.id = p.image_id) END AS positive_prompt,
       CASE WHEN p.own_prompts & 2 THEN p.negative_prompt
            ELSE (SELECT i.negative_prompt FROM images i WHERE i.id = p.image_id) END AS negative_prompt,
       p.frames AS frames, p.fps AS fps, p.seconds AS seconds
FROM pass_rows p;

DROP VIEW IF EXISTS v_conflicts;
-- Where two places in one file disagree; value_a was taken.
CREATE VIEW v_conflicts AS
SELECT image_id, field, value_a, source_a, value_b, source_b FROM conflict_rows;

DROP VIEW IF EXISTS v_duplicates;
-- Files with the same content that are there; paths has one a line.
CREATE VIEW v_duplicates AS
SELECT r.sha256 AS sha256,
       (SELECT COUNT(*) FROM images i WHERE i.sha256 = r.sha256 AND i.missing_since IS NULL) AS copies,
       (SELECT group_concat(i.root || '/' || i.path, char(10)) FROM images i
        WHERE i.sha256 = r.sha256 AND i.missing_since IS NULL) AS paths
FROM repeated_contents r
WHERE (SELECT COUNT(*) FROM images i WHERE i.sha256 = r.sha256 AND i.missing_since IS NULL) > 1;
