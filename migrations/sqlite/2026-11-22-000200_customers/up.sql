-- Customers of the loan, service and property realms
CREATE TABLE loan_customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    officer_id BIGINT NOT NULL REFERENCES loan_officers (id),
    name TEXT NOT NULL,
    mobile TEXT,
    mobile_key TEXT,
    wechat_id TEXT,
    stage INTEGER NOT NULL,
    has_car BOOLEAN,
    has_guarantee BOOLEAN,
    has_house BOOLEAN,
    social_security INTEGER,
    -- 1/10000 yuan
    salary BIGINT,
    job TEXT,
    loan_term INTEGER,
    loan_amount INTEGER,
    money_needed_at TIMESTAMP,
    city TEXT,
    comment TEXT,
    contact_status INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX loan_customers_order ON loan_customers (updated_at, id);
CREATE INDEX loan_customers_officer ON loan_customers (officer_id, updated_at, id);
CREATE INDEX loan_customers_stage ON loan_customers (stage, updated_at, id);
CREATE INDEX loan_customers_officer_stage ON loan_customers (officer_id, stage, updated_at, id);
CREATE INDEX loan_customers_mobile ON loan_customers (mobile_key);
CREATE INDEX loan_customers_name ON loan_customers (name);

CREATE TABLE client_organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind INTEGER,
    name TEXT NOT NULL,
    detail TEXT,
    is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX client_organizations_name ON client_organizations (name);
CREATE INDEX client_organizations_deleted ON client_organizations (is_deleted, id);

CREATE TABLE service_contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organization_id BIGINT REFERENCES client_organizations (id),
    kind INTEGER,
    nickname TEXT,
    name TEXT NOT NULL,
    avatar_url TEXT,
    phone TEXT,
    phone_key TEXT,
    job TEXT,
    sex INTEGER,
    status INTEGER NOT NULL DEFAULT 1,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX service_contacts_order ON service_contacts (updated_at, id);
CREATE INDEX service_contacts_organization ON service_contacts (organization_id, updated_at, id);
CREATE INDEX service_contacts_phone ON service_contacts (phone_key);
CREATE INDEX service_contacts_name ON service_contacts (name);

CREATE TABLE property_customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    agent_id BIGINT NOT NULL REFERENCES estate_agents (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    phone_key TEXT NOT NULL,
    gender_code TEXT NOT NULL,
    kind_code TEXT NOT NULL,
    recommendation TEXT,
    follow_up TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (agent_id, phone_key)
);
CREATE INDEX property_customers_order ON property_customers (updated_at, id);
CREATE INDEX property_customers_agent ON property_customers (agent_id, updated_at, id);
CREATE INDEX property_customers_kind ON property_customers (kind_code, updated_at, id);
CREATE INDEX property_customers_phone ON property_customers (phone_key);
CREATE INDEX property_customers_name ON property_customers (name);
