-- What commands ask of the running service.
CREATE TABLE IF NOT EXISTS request_rows (
    id        INTEGER PRIMARY KEY,
    command   TEXT NOT NULL,
    arguments TEXT NOT NULL,
    asked_at  TEXT NOT NULL,
    state     TEXT NOT NULL,
    done      INTEGER NOT NULL,
    result    TEXT
);

-- Characters of Chinese, Japanese and Korean prompts, by which search finds words inside. unspaced_characters() is the
-- program's own (store/characters.py).
CREATE TABLE IF NOT EXISTS character_rows (
    character TEXT NOT NULL,
    negative  INTEGER NOT NULL,
    image_id  INTEGER NOT NULL,
    PRIMARY KEY (character, negative, image_id)
) WITHOUT ROWID;
INSERT OR IGNORE INTO character_rows (character, negative, image_id)
SELECT found.value, 0, i.id FROM images i, json_each(unspaced_characters(i.positive_prompt)) found;
INSERT OR IGNORE INTO character_rows (character, negative, image_id)
SELECT found.value, 1, i.id FROM images i, json_each(unspaced_characters(i.negative_prompt)) found;
