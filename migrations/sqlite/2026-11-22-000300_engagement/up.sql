-- What happens between staff and customers
CREATE TABLE sms_templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE sms_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    officer_id BIGINT NOT NULL REFERENCES loan_officers (id),
    customer_id BIGINT REFERENCES loan_customers (id) ON DELETE SET NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    sender_role INTEGER NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    content TEXT NOT NULL,
    sender_mobile TEXT,
    receiver_mobile TEXT,
    sender_name TEXT,
    receiver_name TEXT,
    signature TEXT NOT NULL,
    is_sent BOOLEAN NOT NULL,
    is_read BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sms_messages_once ON sms_messages (sender, receiver, sent_at, content);
CREATE INDEX sms_messages_order ON sms_messages (sent_at, id);
CREATE INDEX sms_messages_officer ON sms_messages (officer_id, sent_at, id);
CREATE INDEX sms_messages_customer ON sms_messages (customer_id, sent_at, id);

CREATE TABLE phone_calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    officer_id BIGINT NOT NULL REFERENCES loan_officers (id),
    customer_id BIGINT REFERENCES loan_customers (id) ON DELETE SET NULL,
    mobile TEXT NOT NULL,
    work_mobile TEXT,
    started_at TIMESTAMP NOT NULL,
    seconds INTEGER NOT NULL,
    status INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (officer_id, mobile, started_at)
);
CREATE INDEX phone_calls_order ON phone_calls (started_at, id);
CREATE INDEX phone_calls_officer ON phone_calls (officer_id, started_at, id);
CREATE INDEX phone_calls_customer ON phone_calls (customer_id, started_at, id);

CREATE TABLE wechat_friendships (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES loan_customers (id) ON DELETE CASCADE,
    officer_id BIGINT NOT NULL REFERENCES loan_officers (id),
    status INTEGER NOT NULL,
    customer_wechat_id TEXT,
    officer_wechat_id TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_friendships_order ON wechat_friendships (updated_at, id);
CREATE INDEX wechat_friendships_officer ON wechat_friendships (officer_id, updated_at, id);
CREATE INDEX wechat_friendships_status ON wechat_friendships (status, updated_at, id);

CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES service_contacts (id),
    organization_id BIGINT REFERENCES client_organizations (id),
    operator_id BIGINT REFERENCES service_staff (id),
    event INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    gain TEXT,
    attachment TEXT,
    note TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX follow_ups_order ON follow_ups (recorded_at, id);
CREATE INDEX follow_ups_contact ON follow_ups (contact_id, recorded_at, id);
CREATE INDEX follow_ups_organization ON follow_ups (organization_id, recorded_at, id);
CREATE INDEX follow_ups_operator ON follow_ups (operator_id, recorded_at, id);

CREATE TABLE follow_up_staff (
    follow_up_id BIGINT NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES service_staff (id),
    PRIMARY KEY (follow_up_id, staff_id)
);
CREATE INDEX follow_up_staff_back ON follow_up_staff (staff_id, follow_up_id);

CREATE TABLE demand_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES service_contacts (id),
    organization_id BIGINT REFERENCES client_organizations (id),
    operator_id BIGINT REFERENCES service_staff (id),
    content TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    attachment TEXT,
    note TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX demand_changes_order ON demand_changes (recorded_at, id);
CREATE INDEX demand_changes_contact ON demand_changes (contact_id, recorded_at, id);
CREATE INDEX demand_changes_organization ON demand_changes (organization_id, recorded_at, id);
CREATE INDEX demand_changes_operator ON demand_changes (operator_id, recorded_at, id);

CREATE TABLE demand_change_staff (
    demand_change_id BIGINT NOT NULL REFERENCES demand_changes (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES service_staff (id),
    PRIMARY KEY (demand_change_id, staff_id)
);
CREATE INDEX demand_change_staff_back ON demand_change_staff (staff_id, demand_change_id);

CREATE TABLE satisfaction_ratings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES service_contacts (id),
    operator_id BIGINT REFERENCES service_staff (id),
    score INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    attachment TEXT,
    note TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX satisfaction_ratings_order ON satisfaction_ratings (recorded_at, id);
CREATE INDEX satisfaction_ratings_contact ON satisfaction_ratings (contact_id, recorded_at, id);
CREATE INDEX satisfaction_ratings_operator ON satisfaction_ratings (operator_id, recorded_at, id);

CREATE TABLE satisfaction_rating_staff (
    satisfaction_rating_id BIGINT NOT NULL REFERENCES satisfaction_ratings (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES service_staff (id),
    PRIMARY KEY (satisfaction_rating_id, staff_id)
);
CREATE INDEX satisfaction_rating_staff_back ON satisfaction_rating_staff (staff_id, satisfaction_rating_id);

CREATE TABLE service_contracts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organization_id BIGINT NOT NULL REFERENCES client_organizations (id),
    name TEXT NOT NULL,
    code TEXT,
    -- 1/10000 yuan
    amount BIGINT,
    signed_at TIMESTAMP,
    -- 1/10000 yuan
    remitted_amount BIGINT,
    remitted_at TIMESTAMP,
    status INTEGER NOT NULL DEFAULT 0,
    valid_from TIMESTAMP,
    valid_to TIMESTAMP,
    creator_id BIGINT REFERENCES service_staff (id),
    editor_id BIGINT REFERENCES service_staff (id),
    note TEXT,
    -- signed_at, or created_at while unsigned: what lists and windows go by
    dated_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX service_contracts_order ON service_contracts (dated_at, id);
CREATE INDEX service_contracts_organization ON service_contracts (organization_id, dated_at, id);
CREATE INDEX service_contracts_creator ON service_contracts (creator_id, dated_at, id);
CREATE INDEX service_contracts_signed ON service_contracts (signed_at, organization_id);

CREATE TABLE service_contract_staff (
    service_contract_id BIGINT NOT NULL REFERENCES service_contracts (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES service_staff (id),
    PRIMARY KEY (service_contract_id, staff_id)
);
CREATE INDEX service_contract_staff_back ON service_contract_staff (staff_id, service_contract_id);

CREATE TABLE estate_projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE TABLE estate_project_agents (
    project_id BIGINT NOT NULL REFERENCES estate_projects (id) ON DELETE CASCADE,
    agent_id BIGINT NOT NULL REFERENCES estate_agents (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, agent_id)
);
CREATE INDEX estate_project_agents_back ON estate_project_agents (agent_id, project_id);

CREATE TABLE call_packages (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES estate_projects (id),
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX call_packages_project ON call_packages (project_id, id);

CREATE TABLE package_phones (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    package_id BIGINT NOT NULL REFERENCES call_packages (id) ON DELETE CASCADE,
    phone TEXT NOT NULL,
    phone_key TEXT NOT NULL,
    owner_name TEXT,
    status INTEGER NOT NULL,
    agent_id BIGINT REFERENCES estate_agents (id),
    handed_out_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (package_id, phone_key)
);
CREATE INDEX package_phones_next ON package_phones (package_id, status, id);
CREATE INDEX package_phones_package ON package_phones (package_id, id);
CREATE INDEX package_phones_agent ON package_phones (agent_id, id);
CREATE INDEX package_phones_phone ON package_phones (phone_key);

CREATE TABLE call_feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    phone_id BIGINT NOT NULL REFERENCES package_phones (id) ON DELETE CASCADE,
    package_id BIGINT NOT NULL REFERENCES call_packages (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES estate_projects (id),
    agent_id BIGINT NOT NULL REFERENCES estate_agents (id),
    customer_id BIGINT REFERENCES property_customers (id) ON DELETE SET NULL,
    owner_name TEXT NOT NULL,
    outcome TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX call_feedback_order ON call_feedback (created_at, id);
CREATE INDEX call_feedback_phone ON call_feedback (phone_id, created_at, id);
CREATE INDEX call_feedback_package ON call_feedback (package_id, created_at, id);
CREATE INDEX call_feedback_project ON call_feedback (project_id, created_at, id);
CREATE INDEX call_feedback_agent ON call_feedback (agent_id, created_at, id);
CREATE INDEX call_feedback_customer ON call_feedback (customer_id, created_at, id);

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    realm TEXT,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- Where the object store keeps the bytes
    location TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX attachments_account ON attachments (account_id, id);
