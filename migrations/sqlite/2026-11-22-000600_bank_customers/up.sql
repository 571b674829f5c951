-- Whom the bank knows: residents, families, customers with what they own, and the tags that customers carry
CREATE TABLE residents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    name TEXT NOT NULL,
    sex INTEGER NOT NULL,
    ethnicity TEXT NOT NULL,
    birthday DATE NOT NULL,
    -- kept, like the phone, in the one way of writing that look-ups compare
    id_number TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    household_kind INTEGER NOT NULL,
    relation_to_head TEXT NOT NULL,
    household_number TEXT NOT NULL,
    phone TEXT,
    is_listed BOOLEAN NOT NULL,
    remark TEXT,
    is_active BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX residents_grid ON residents (grid_id, id);
CREATE INDEX residents_name ON residents (name, id);
CREATE INDEX residents_household ON residents (household_number, id);
CREATE INDEX residents_phone ON residents (phone);

CREATE TABLE families (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    household_number TEXT NOT NULL UNIQUE,
    manager_id BIGINT NOT NULL REFERENCES bank_staff (id),
    population INTEGER NOT NULL,
    address TEXT NOT NULL,
    postcode TEXT NOT NULL,
    local_credit TEXT NOT NULL,
    is_harmonious BOOLEAN NOT NULL,
    social_evaluation TEXT NOT NULL,
    is_self_employed BOOLEAN NOT NULL,
    owes_tax BOOLEAN NOT NULL,
    production_capacity TEXT NOT NULL,
    production_scene TEXT NOT NULL,
    insurances TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX families_manager ON families (manager_id, id);

CREATE TABLE bank_customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- null as long as a draft names none: then its keeper alone looks after it
    grid_id BIGINT REFERENCES grids (id),
    keeper_id BIGINT REFERENCES bank_staff (id),
    -- who sees the row, in one number that one index serves: the grid, or less than 0 for the keeper
    place BIGINT GENERATED ALWAYS AS (coalesce(grid_id, -keeper_id)) STORED,
    status INTEGER NOT NULL,
    name TEXT NOT NULL,
    sex INTEGER NOT NULL,
    -- kept, like the phone, in the one way of writing that look-ups compare
    id_number TEXT NOT NULL UNIQUE,
    id_kind INTEGER,
    birthday DATE NOT NULL,
    ethnicity TEXT,
    nationality TEXT,
    native_place TEXT,
    phone TEXT,
    custodian TEXT,
    household_number TEXT,
    registered_address TEXT,
    residence_address TEXT,
    postcode TEXT,
    estate_name TEXT,
    estate_address TEXT,
    marital_status INTEGER,
    education INTEGER,
    politics INTEGER,
    living_situation TEXT,
    health INTEGER,
    borrower_kind INTEGER,
    is_shareholder BOOLEAN,
    is_employee BOOLEAN,
    is_business_owner BOOLEAN,
    is_farmer BOOLEAN,
    has_town_house BOOLEAN,
    credit_number TEXT,
    occupation INTEGER,
    working_years INTEGER,
    employer_name TEXT,
    employer_address TEXT,
    investigator TEXT,
    second_investigator TEXT,
    registrar TEXT,
    registering_branch TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX bank_customers_recent ON bank_customers (updated_at, id);
CREATE INDEX bank_customers_place ON bank_customers (place, updated_at, id);
CREATE INDEX bank_customers_grid ON bank_customers (grid_id, updated_at, id);
CREATE INDEX bank_customers_keeper ON bank_customers (keeper_id, updated_at, id);
CREATE INDEX bank_customers_status ON bank_customers (status, updated_at, id);
CREATE INDEX bank_customers_name ON bank_customers (name, id);
CREATE INDEX bank_customers_phone ON bank_customers (phone);
CREATE INDEX bank_customers_household ON bank_customers (household_number, updated_at, id);

CREATE TABLE family_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL REFERENCES bank_customers (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    relation INTEGER NOT NULL,
    ethnicity TEXT NOT NULL,
    birthday DATE NOT NULL,
    id_kind INTEGER NOT NULL,
    id_number TEXT NOT NULL,
    address TEXT NOT NULL,
    is_household_head BOOLEAN NOT NULL,
    phone TEXT NOT NULL,
    remark TEXT NOT NULL,
    status INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (customer_id, id_number)
);
CREATE INDEX family_members_customer ON family_members (customer_id, id);
CREATE INDEX family_members_id_number ON family_members (id_number);

CREATE TABLE poverty_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES bank_customers (id) ON DELETE CASCADE,
    person_code TEXT,
    person_count TEXT,
    student_status TEXT,
    health TEXT,
    labor_skills TEXT,
    working_conditions TEXT,
    working_months TEXT,
    critical_illness_insurance TEXT,
    poverty_status TEXT,
    out_of_poverty_year TEXT,
    attribute TEXT,
    reason TEXT,
    dangerous_building TEXT,
    safe_water TEXT,
    water_shortage TEXT,
    average_income TEXT,
    phone TEXT,
    recorded_at TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE customer_assets (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES bank_customers (id) ON DELETE CASCADE,
    industry INTEGER,
    occupation INTEGER,
    employer_name TEXT,
    employer_address TEXT,
    working_years INTEGER,
    houses INTEGER,
    -- the amounts are in 1/10000 yuan, the land in 1/10000 mu
    house_value BIGINT,
    cars INTEGER,
    car_value BIGINT,
    yearly_income BIGINT,
    shops INTEGER,
    shop_value BIGINT,
    machines INTEGER,
    machine_value BIGINT,
    yearly_surplus BIGINT,
    land_area BIGINT,
    greenhouses INTEGER,
    breeds TEXT,
    breed_count INTEGER,
    business_income BIGINT,
    other TEXT,
    business_licenses TEXT,
    has_farm_income BOOLEAN,
    has_business_income BOOLEAN,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    kind INTEGER NOT NULL,
    remark TEXT,
    is_built_in BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX tags_kind ON tags (kind, id);
INSERT INTO tags (id, name, description, kind, is_built_in, created_at, updated_at) VALUES
    (1, '黑名单', '不予授信的客户', 1, TRUE, '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (2, '白名单', '可以授信的客户', 1, TRUE, '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (3, '灰名单', '暂缓授信的客户', 1, TRUE, '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (4, '贫困户', '建档立卡的贫困户', 5, TRUE, '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000');

CREATE TABLE customer_tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL REFERENCES bank_customers (id) ON DELETE CASCADE,
    tag_id BIGINT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    reason TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (customer_id, tag_id)
);
CREATE INDEX customer_tags_tag ON customer_tags (tag_id, customer_id);
