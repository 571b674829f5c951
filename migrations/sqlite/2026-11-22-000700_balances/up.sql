-- What customers have at the bank and owe it, how that changes, and what staff have to do
-- whether its accounts are deposits (1) or loans (2); NULL: neither
ALTER TABLE bank_products ADD COLUMN balance_kind INTEGER;

-- the newest word of the core system on a customer; amounts here and below are in 1/10000 yuan
CREATE TABLE balance_summaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES bank_customers (id) ON DELETE CASCADE,
    day DATE NOT NULL,
    deposit_total BIGINT NOT NULL,
    deposit_month_average BIGINT NOT NULL,
    deposit_quarter_average BIGINT NOT NULL,
    deposit_year_average BIGINT NOT NULL,
    deposit_point BIGINT NOT NULL,
    current_total BIGINT NOT NULL,
    current_month_average BIGINT NOT NULL,
    current_quarter_average BIGINT NOT NULL,
    current_year_average BIGINT NOT NULL,
    current_point BIGINT NOT NULL,
    fixed_total BIGINT NOT NULL,
    fixed_month_average BIGINT NOT NULL,
    fixed_quarter_average BIGINT NOT NULL,
    fixed_year_average BIGINT NOT NULL,
    fixed_point BIGINT NOT NULL,
    loan_total BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE product_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL REFERENCES bank_customers (id) ON DELETE CASCADE,
    product_id BIGINT NOT NULL REFERENCES bank_products (id),
    name TEXT NOT NULL,
    card_number TEXT NOT NULL,
    -- in 1/10000 of a per cent
    rate BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX product_accounts_customer ON product_accounts (customer_id, id);
CREATE INDEX product_accounts_product ON product_accounts (product_id, id);
CREATE INDEX product_accounts_card ON product_accounts (card_number, id);

-- the history: a row for each day on which a customer's deposits (kind 1) or loans (2) were recorded
CREATE TABLE balance_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL REFERENCES bank_customers (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    day DATE NOT NULL,
    as_of TIMESTAMP NOT NULL,
    balance BIGINT NOT NULL,
    change BIGINT NOT NULL,
    magnitude BIGINT NOT NULL,
    UNIQUE (customer_id, kind, day)
);
CREATE INDEX balance_changes_customer ON balance_changes (customer_id, as_of, id);
CREATE INDEX balance_changes_recent ON balance_changes (kind, as_of, id);
-- the few of 100,000 yuan and more, which alerts are about
CREATE INDEX balance_changes_large ON balance_changes (kind, as_of, id, magnitude) WHERE magnitude >= 1000000000;

-- the history added up: by how much the sum and the number of customers with a balance changed in a month (yyyymm)
CREATE TABLE balance_totals (
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    kind INTEGER NOT NULL,
    month INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    people BIGINT NOT NULL,
    PRIMARY KEY (grid_id, kind, month)
);

CREATE TABLE work_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES bank_staff (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    -- number of the row that it is about, in the table that the kind tells
    subject_id BIGINT,
    customer_id BIGINT REFERENCES bank_customers (id) ON DELETE SET NULL,
    description TEXT NOT NULL,
    originator TEXT NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    state INTEGER NOT NULL,
    entrance INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX work_items_recent ON work_items (starts_at, id);
CREATE INDEX work_items_staff ON work_items (staff_id, starts_at, id);
CREATE INDEX work_items_state ON work_items (state, starts_at, id);
CREATE INDEX work_items_kind ON work_items (kind, starts_at, id);
CREATE INDEX work_items_customer ON work_items (customer_id, starts_at, id);
CREATE INDEX work_items_subject ON work_items (subject_id, kind);
