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
