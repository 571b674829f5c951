-- Interviews with days, codes and answers instead of texts, listed by time. Nothing wrote these tables before.
DROP TABLE credit_reports;
DROP TABLE credit_approvals;
DROP TABLE credit_interviews;

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
    begins_on DATE,
    ends_on DATE,
    comment TEXT,
    batch TEXT,
    sex INTEGER,
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
    rate_adjustment INTEGER,
    disbursement TEXT,
    repayment INTEGER,
    purpose TEXT,
    income BIGINT,
    family_income BIGINT,
    has_opinion BOOLEAN,
    opinion_income BIGINT,
    opinion_expenditure BIGINT,
    opinion_credit_limit BIGINT,
    opinion_adviser TEXT,
    opinion_comment TEXT,
    is_information_true BOOLEAN,
    is_talk_true BOOLEAN,
    interviewer_name TEXT,
    interviewer_number TEXT,
    held_on DATE,
    registrar_name TEXT,
    registering_branch TEXT,
    registering_branch_code TEXT,
    report_location TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_interviews_time ON credit_interviews (created_at, id);
CREATE INDEX credit_interviews_grid ON credit_interviews (grid_id, created_at, id);
CREATE INDEX credit_interviews_customer ON credit_interviews (customer_id, created_at, id);
CREATE INDEX credit_interviews_id_number ON credit_interviews (id_number, created_at, id);
CREATE INDEX credit_interviews_name ON credit_interviews (name, created_at, id);
CREATE INDEX credit_interviews_stage ON credit_interviews (stage, created_at, id);
CREATE INDEX credit_interviews_rate ON credit_interviews (yearly_rate, created_at, id);
CREATE INDEX credit_interviews_keeper ON credit_interviews (keeper_id, created_at, id);
CREATE INDEX credit_interviews_papers ON credit_interviews (has_contract, has_form, created_at, id);
-- nobody has two interviews under way: entered, submitted or returned, and not deleted
CREATE UNIQUE INDEX credit_interviews_open ON credit_interviews (id_number) WHERE status <> 1 AND stage IN (0, 1, 4);

CREATE TABLE credit_approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interview_id BIGINT NOT NULL REFERENCES credit_interviews (id) ON DELETE CASCADE,
    customer_id BIGINT REFERENCES bank_customers (id),
    staff_id BIGINT REFERENCES bank_staff (id),
    approver_name TEXT NOT NULL,
    step INTEGER NOT NULL,
    result INTEGER NOT NULL,
    opinion TEXT,
    signature_url TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_approvals_time ON credit_approvals (created_at, id);
CREATE INDEX credit_approvals_interview ON credit_approvals (interview_id, created_at, id);
CREATE INDEX credit_approvals_customer ON credit_approvals (customer_id, created_at, id);
CREATE INDEX credit_approvals_staff ON credit_approvals (staff_id, created_at, id);

CREATE TABLE credit_reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interview_id BIGINT NOT NULL UNIQUE REFERENCES credit_interviews (id) ON DELETE CASCADE,
    -- as it came from the credit bureau; shown in a frame that runs nothing
    html TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
