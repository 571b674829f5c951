-- Pictures of customers by who uploaded them; jobs that tell how far they are and who works on them
CREATE INDEX customer_images_uploader ON customer_images (uploader_id, id);

-- Nothing wrote to it before.
DROP TABLE background_jobs;
CREATE TABLE background_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind INTEGER NOT NULL,
    account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    status INTEGER NOT NULL,
    -- number of the last row that is done
    progress BIGINT NOT NULL,
    -- rows there are, rows done, what was found, rows that failed
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    found BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    -- how often in a row nothing of a batch could be done
    tries INTEGER NOT NULL,
    message TEXT,
    -- the worker that has it, and until when; another takes over what is not renewed
    holder TEXT,
    held_until TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX background_jobs_account ON background_jobs (account_id, id);
-- One of a kind at a time
CREATE UNIQUE INDEX background_jobs_running ON background_jobs (kind) WHERE status = 1;
