-- What the bank lends, and the grids that it divides its customers into
CREATE TABLE bank_products (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    -- in 1/10000 of a per cent
    rate BIGINT NOT NULL,
    description TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX bank_products_open ON bank_products (is_open, id);
CREATE INDEX bank_products_name ON bank_products (name);

CREATE TABLE grids (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    branch_id BIGINT NOT NULL REFERENCES branches (id),
    kind INTEGER NOT NULL,
    description TEXT,
    manager_id BIGINT REFERENCES bank_staff (id),
    assistant TEXT,
    supervisor TEXT,
    qr_code TEXT,
    map_reference TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX grids_branch ON grids (branch_id, id);
CREATE INDEX grids_manager ON grids (manager_id, id);
CREATE INDEX grids_kind ON grids (kind, id);
CREATE INDEX grids_name ON grids (name);

CREATE TABLE grid_reviewers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL REFERENCES grids (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- kept in the one way of writing that look-ups compare
    id_number TEXT NOT NULL,
    duties TEXT,
    description TEXT,
    address TEXT,
    kind INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (grid_id, id_number)
);
CREATE INDEX grid_reviewers_grid ON grid_reviewers (grid_id, id);
CREATE INDEX grid_reviewers_id_number ON grid_reviewers (id_number);
CREATE INDEX grid_reviewers_name ON grid_reviewers (name);

CREATE TABLE grid_maps (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL UNIQUE REFERENCES grids (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT,
    grandparent TEXT,
    parent TEXT,
    coordinates TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE grid_pictures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL UNIQUE REFERENCES grids (id) ON DELETE CASCADE,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    location TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE advisers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    branch_id BIGINT REFERENCES branches (id),
    name TEXT NOT NULL,
    -- both are kept in the one way of writing that look-ups compare
    id_number TEXT NOT NULL,
    phone TEXT NOT NULL,
    duty TEXT NOT NULL,
    address TEXT NOT NULL,
    description TEXT NOT NULL,
    standing TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX advisers_branch ON advisers (branch_id, id);
CREATE INDEX advisers_name ON advisers (name);
CREATE INDEX advisers_id_number ON advisers (id_number);
CREATE INDEX advisers_phone ON advisers (phone);
