DROP INDEX customer_images_uploader;

DROP TABLE background_jobs;
CREATE TABLE background_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind INTEGER NOT NULL,
    account_id BIGINT REFERENCES accounts (id),
    status INTEGER NOT NULL,
    -- number of the last row that is done
    progress BIGINT NOT NULL,
    total BIGINT NOT NULL,
    found BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    message TEXT,
    -- until when its worker holds it; another takes over what is not renewed
    held_until TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX background_jobs_status ON background_jobs (status, id);
