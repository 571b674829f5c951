-- The steps of people's lives with the bank. Of somebody who is no customer yet only the id number is known.
CREATE TABLE customer_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT REFERENCES bank_customers (id) ON DELETE SET NULL,
    id_number TEXT NOT NULL,
    staff_id BIGINT REFERENCES bank_staff (id) ON DELETE SET NULL,
    step INTEGER NOT NULL,
    detail TEXT,
    at TIMESTAMP NOT NULL
);
CREATE INDEX customer_events_time ON customer_events (at, id);
CREATE INDEX customer_events_customer ON customer_events (customer_id, at, id);
CREATE INDEX customer_events_staff ON customer_events (staff_id, at, id);
CREATE INDEX customer_events_step ON customer_events (step, at, id);
CREATE INDEX customer_events_strangers ON customer_events (id_number) WHERE customer_id IS NULL;

-- What is known of the steps that were taken before
INSERT INTO customer_events (customer_id, id_number, step, at)
    SELECT bank_customers.id, residents.id_number, 1, residents.created_at
    FROM residents LEFT JOIN bank_customers ON bank_customers.id_number = residents.id_number;
INSERT INTO customer_events (customer_id, id_number, step, at)
    SELECT id, id_number, CASE status WHEN 0 THEN 3 ELSE 4 END, created_at FROM bank_customers;
INSERT INTO customer_events (customer_id, id_number, step, at)
    SELECT bank_customers.id, bank_customers.id_number, 10, customer_assets.created_at
    FROM customer_assets JOIN bank_customers ON bank_customers.id = customer_assets.customer_id;
INSERT INTO customer_events (customer_id, id_number, step, at)
    SELECT bank_customers.id, list_entries.id_number, 10 + list_entries.kind, list_entries.created_at
    FROM list_entries LEFT JOIN bank_customers ON bank_customers.id_number = list_entries.id_number;
INSERT INTO customer_events (customer_id, id_number, staff_id, step, at)
    SELECT bank_customers.id, customer_images.id_number, customer_images.uploader_id, 20, customer_images.created_at
    FROM customer_images LEFT JOIN bank_customers ON bank_customers.id_number = customer_images.id_number;
