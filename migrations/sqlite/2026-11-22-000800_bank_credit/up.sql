-- How the bank comes to lend: lists, opinions, interviews, approvals, pictures and what is known of credit elsewhere
CREATE TABLE list_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- white, grey or black
    kind INTEGER NOT NULL,
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    name TEXT NOT NULL,
    -- kept, like the phone, in the one way of writing that look-ups compare; nobody stands in two lists
    id_number TEXT NOT NULL UNIQUE,
    phone TEXT,
    reason TEXT,
    comment TEXT,
    address TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX list_entries_kind ON list_entries (kind, id);
CREATE INDEX list_entries_grid ON list_entries (grid_id, kind, id);
CREATE INDEX list_entries_name ON list_entries (name, id);

CREATE TABLE adviser_opinions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    phone TEXT NOT NULL,
    -- amounts in 1/10000 yuan
    income BIGINT,
    expenditure BIGINT,
    credit_limit BIGINT,
    signed_on TEXT NOT NULL,
    adviser_name TEXT NOT NULL,
    comment TEXT,
    address TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX adviser_opinions_grid ON adviser_opinions (grid_id, id);
CREATE INDEX adviser_opinions_id_number ON adviser_opinions (id_number, id);
CREATE INDEX adviser_opinions_name ON adviser_opinions (name, id);
CREATE INDEX adviser_opinions_adviser ON adviser_opinions (adviser_name, id);

CREATE TABLE credit_interviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT REFERENCES bank_customers (id),
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    keeper_id BIGINT REFERENCES bank_staff (id),
    -- being written, valid or deleted
    status INTEGER NOT NULL,
    -- how far its approval has come
    stage INTEGER NOT NULL,
    has_contract BOOLEAN NOT NULL,
    has_form BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    begins_on TEXT,
    ends_on TEXT,
    comment TEXT,
    batch TEXT,
    sex TEXT,
    spouse_name TEXT,
    spouse_id_number TEXT,
    education TEXT,
    phone TEXT,
    member_count TEXT,
    employer_name TEXT,
    employer_address TEXT,
    registered_address TEXT,
    residence_address TEXT,
    loan_account_name TEXT,
    loan_account_number TEXT,
    -- amounts in 1/10000 yuan, rates in 1/10000 of a per cent
    credit_limit BIGINT,
    term TEXT,
    rate_kind TEXT,
    yearly_rate BIGINT,
    floating_rate BIGINT,
    rate_adjustment TEXT,
    disbursement TEXT,
    repayment TEXT,
    purpose TEXT,
    income BIGINT,
    family_income BIGINT,
    has_opinion TEXT,
    opinion_income BIGINT,
    opinion_expenditure BIGINT,
    opinion_credit_limit BIGINT,
    opinion_adviser TEXT,
    opinion_comment TEXT,
    is_information_true TEXT,
    is_talk_true TEXT,
    interviewer_name TEXT,
    interviewer_number TEXT,
    held_on TEXT,
    registrar_name TEXT,
    registering_branch TEXT,
    registering_branch_code TEXT,
    report_location TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_interviews_grid ON credit_interviews (grid_id, id);
CREATE INDEX credit_interviews_customer ON credit_interviews (customer_id, id);
CREATE INDEX credit_interviews_id_number ON credit_interviews (id_number, id);
CREATE INDEX credit_interviews_name ON credit_interviews (name, id);
CREATE INDEX credit_interviews_stage ON credit_interviews (stage, id);
CREATE INDEX credit_interviews_rate ON credit_interviews (yearly_rate, id);
CREATE INDEX credit_interviews_keeper ON credit_interviews (keeper_id, id);

CREATE TABLE credit_approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interview_id BIGINT NOT NULL REFERENCES credit_interviews (id) ON DELETE CASCADE,
    staff_id BIGINT REFERENCES bank_staff (id),
    approver_name TEXT NOT NULL,
    step INTEGER NOT NULL,
    result INTEGER NOT NULL,
    opinion TEXT,
    signature_url TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_approvals_interview ON credit_approvals (interview_id, id);
CREATE INDEX credit_approvals_staff ON credit_approvals (staff_id, id);

CREATE TABLE credit_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interview_id BIGINT NOT NULL UNIQUE REFERENCES credit_interviews (id) ON DELETE CASCADE,
    html TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE customer_images (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    grid_id BIGINT NOT NULL REFERENCES grids (id),
    interview_id BIGINT REFERENCES credit_interviews (id),
    uploader_id BIGINT REFERENCES bank_staff (id),
    customer_name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    kind INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    location TEXT NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX customer_images_id_number ON customer_images (id_number, kind, id);
CREATE INDEX customer_images_interview ON customer_images (interview_id, id);
CREATE INDEX customer_images_grid ON customer_images (grid_id, id);

CREATE TABLE dishonest_persons (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,
    sex TEXT NOT NULL,
    age INTEGER NOT NULL,
    province TEXT NOT NULL,
    court TEXT NOT NULL,
    ground_number TEXT NOT NULL,
    registered_on TEXT NOT NULL,
    case_number TEXT NOT NULL,
    ground_issuer TEXT NOT NULL,
    duty TEXT NOT NULL,
    performance TEXT NOT NULL,
    circumstances TEXT NOT NULL,
    kind TEXT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (id_number, case_number)
);
CREATE INDEX dishonest_persons_name ON dishonest_persons (name, id);

CREATE TABLE credit_profiles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    customer_id BIGINT NOT NULL UNIQUE REFERENCES bank_customers (id) ON DELETE CASCADE,
    -- amounts in 1/10000 yuan
    credit_used BIGINT NOT NULL,
    mortgage_debt BIGINT NOT NULL,
    business_debt BIGINT NOT NULL,
    consumer_debt BIGINT NOT NULL,
    mortgage_left BIGINT NOT NULL,
    business_left BIGINT NOT NULL,
    consumer_left BIGINT NOT NULL,
    overdue_records INTEGER NOT NULL,
    overdue_amount BIGINT NOT NULL,
    identity TEXT NOT NULL,
    address TEXT NOT NULL,
    second_address TEXT NOT NULL,
    third_address TEXT NOT NULL,
    spouse TEXT NOT NULL,
    neighbourhood TEXT NOT NULL,
    has_bad_habits BOOLEAN NOT NULL,
    has_bad_credit BOOLEAN NOT NULL,
    is_dishonest BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE report_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    branch_id BIGINT REFERENCES branches (id),
    user_name TEXT NOT NULL,
    -- encrypted with a key from the settings
    password TEXT NOT NULL,
    status INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    comment TEXT,
    reminder TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX report_accounts_user_name ON report_accounts (user_name) WHERE status <> 2;
CREATE INDEX report_accounts_by_user_name ON report_accounts (user_name, id);
CREATE INDEX report_accounts_branch ON report_accounts (branch_id, id);

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
