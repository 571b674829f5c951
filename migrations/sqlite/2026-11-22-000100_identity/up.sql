-- Who may come in, and what he did: accounts, sessions, throttling, settings, audit log
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- NULL: every realm
    realm TEXT,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    is_manager BOOLEAN NOT NULL DEFAULT FALSE,
    is_frozen BOOLEAN NOT NULL DEFAULT FALSE,
    last_login_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX accounts_login ON accounts (COALESCE(realm, ''), login);
CREATE INDEX accounts_realm ON accounts (realm, id);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- SHA-256 of an opaque session token; NULL where the token is a JWT that names this row
    token_hash TEXT UNIQUE,
    address TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX sessions_account ON sessions (account_id, address, expires_at);

CREATE TABLE login_failures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject TEXT NOT NULL UNIQUE,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP NOT NULL
);

CREATE TABLE settings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
);

CREATE TABLE audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at TIMESTAMP NOT NULL,
    account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX audit_entries_at ON audit_entries (at, id);
CREATE INDEX audit_entries_entity ON audit_entries (entity, entity_id, at, id);
CREATE INDEX audit_entries_account ON audit_entries (account_id, at, id);

CREATE TABLE loan_officers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    employee_code TEXT NOT NULL UNIQUE,
    account_name TEXT,
    name TEXT NOT NULL,
    city_code TEXT,
    city_name TEXT,
    department_code TEXT,
    department_name TEXT,
    role_code TEXT,
    role_name TEXT,
    work_mobile TEXT,
    wechat_id TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE service_staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    phone TEXT NOT NULL,
    number TEXT,
    nickname TEXT,
    name TEXT NOT NULL,
    avatar_url TEXT,
    sex INTEGER,
    title INTEGER,
    birthday TIMESTAMP,
    address TEXT,
    school TEXT,
    education TEXT,
    rank_id INTEGER,
    rank_type INTEGER,
    entered_at TIMESTAMP,
    confirmed_at TIMESTAMP,
    resigned_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX service_staff_phone ON service_staff (phone);

CREATE TABLE estate_agents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE menu_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    content TEXT,
    note TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE TABLE service_staff_menu_items (
    staff_id BIGINT NOT NULL REFERENCES service_staff (id) ON DELETE CASCADE,
    menu_item_id BIGINT NOT NULL REFERENCES menu_items (id) ON DELETE CASCADE,
    PRIMARY KEY (staff_id, menu_item_id)
);
CREATE INDEX service_staff_menu_items_back ON service_staff_menu_items (menu_item_id, staff_id);

CREATE TABLE dictionary_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (kind, code)
);
CREATE INDEX dictionary_entries_order ON dictionary_entries (kind, position, id);
INSERT INTO dictionary_entries (kind, code, name, position) VALUES
    ('CALL_OUTCOME', '0', '接受邀请', 0),
    ('CALL_OUTCOME', '1', '继续跟进', 1),
    ('PROPERTY_CUSTOMER_KIND', '01', '一般客', 0),
    ('PROPERTY_CUSTOMER_KIND', '02', '观望客', 1),
    ('PROPERTY_CUSTOMER_KIND', '03', '重要客', 2),
    ('GENDER', 'U', '--', 0),
    ('GENDER', 'W', '女', 1),
    ('GENDER', 'M', '男', 2);
