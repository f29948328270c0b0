-- Images know the texts that lie beside them. Those of before are found by the next rescan, and their images read again.
ALTER TABLE images ADD COLUMN sidecars TEXT;

-- The rescan's index answers alone, so it holds them too.
DROP INDEX images_by_place;
CREATE INDEX images_by_place ON images (
    root, folder, file_name, size_bytes, mtime_ns, missing_since, sidecars
);
