-- Who works in the bank: branches, regions, staff, roles and what they permit, dictionaries
CREATE TABLE branches (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    parent_id BIGINT REFERENCES branches (id),
    -- ids from the root to the branch itself, "/1/5/9/"
    path TEXT NOT NULL,
    level INTEGER NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    is_virtual BOOLEAN NOT NULL DEFAULT FALSE,
    kind INTEGER,
    relation INTEGER,
    corporation_code TEXT,
    description TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX branches_parent ON branches (parent_id, id);
CREATE INDEX branches_path ON branches (path);
CREATE INDEX branches_name ON branches (name);

CREATE TABLE regions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    parent_id BIGINT REFERENCES regions (id),
    -- ids from the root to the region itself, "/1/5/9/"
    path TEXT NOT NULL,
    level INTEGER NOT NULL,
    description TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX regions_parent ON regions (parent_id, id);
CREATE INDEX regions_path ON regions (path);
CREATE INDEX regions_name ON regions (name);

CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT,
    description TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE TABLE permissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    system_code TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE TABLE role_permissions (
    role_id BIGINT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    permission_id BIGINT NOT NULL REFERENCES permissions (id),
    PRIMARY KEY (role_id, permission_id)
);
CREATE INDEX role_permissions_back ON role_permissions (permission_id, role_id);

CREATE TABLE bank_staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id BIGINT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    branch_id BIGINT NOT NULL REFERENCES branches (id),
    name TEXT NOT NULL,
    -- both are kept in the one way of writing that look-ups compare
    id_number TEXT NOT NULL,
    phone TEXT NOT NULL,
    sex INTEGER NOT NULL,
    email TEXT,
    avatar_url TEXT,
    qr_code TEXT,
    corporation_code TEXT,
    corporation_name TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX bank_staff_branch ON bank_staff (branch_id, id);
CREATE INDEX bank_staff_phone ON bank_staff (phone);
CREATE INDEX bank_staff_id_number ON bank_staff (id_number);
CREATE INDEX bank_staff_name ON bank_staff (name);

CREATE TABLE bank_staff_roles (
    staff_id BIGINT NOT NULL REFERENCES bank_staff (id) ON DELETE CASCADE,
    role_id BIGINT NOT NULL REFERENCES roles (id),
    PRIMARY KEY (staff_id, role_id)
);
CREATE INDEX bank_staff_roles_back ON bank_staff_roles (role_id, staff_id);

CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category BIGINT NOT NULL,
    parent_code TEXT,
    is_disabled BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX dictionaries_name ON dictionaries (name);
-- NULL: a list that anybody may read before he has signed in
ALTER TABLE dictionary_entries ADD COLUMN dictionary_id BIGINT REFERENCES dictionaries (id) ON DELETE CASCADE;
ALTER TABLE dictionary_entries ADD COLUMN description TEXT;
ALTER TABLE dictionary_entries ADD COLUMN is_disabled BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX dictionary_entries_dictionary ON dictionary_entries (dictionary_id, position, id);

INSERT INTO roles (id, name, scope, description, created_at, updated_at) VALUES
    (1, '客户经理', 'customer_manager', '管理网格和客户', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (2, '会计', 'accountant', '复核和审批', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (3, '支行长', 'president', '管理支行', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (4, '总行管理员', 'administrator', '后台管理', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000');
INSERT INTO permissions (id, system_code, name, kind, url, created_at, updated_at) VALUES
    (1, 'grid', '全部功能', '1', '/grid', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (2, 'grid', '后台管理', '1', '/grid/super', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (3, 'grid', '用户管理', '2', '/grid/super/account', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (4, 'grid', '角色管理', '2', '/grid/super/role', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (5, 'grid', '权限管理', '2', '/grid/super/permission', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (6, 'grid', '机构管理', '2', '/grid/super/org', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (7, 'grid', '行政区域', '2', '/grid/super/region', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (8, 'grid', '字典组管理', '2', '/grid/super/dictionary', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (9, 'grid', '银行产品', '2', '/grid/super/product/dict', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (10, 'grid', '标签管理', '2', '/grid/super/tag', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (11, 'grid', '首页存贷款统计', '3', '/grid/home/statistics', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (12, 'grid', '首页存贷异动', '3', '/grid/home/warn', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (13, 'grid', '户籍管理', '3', '/grid/customer/resident', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (14, 'grid', '客户基本信息', '3', '/grid/customer/info', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (15, 'grid', '客户资产信息', '3', '/grid/customer/finance', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (16, 'grid', '客户业务信息', '3', '/grid/customer/business', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (17, 'grid', '网格管理', '3', '/grid/gridinfo', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (18, 'grid', '网格评议员', '3', '/grid/gridinfo/senator', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (19, 'grid', '客户信誉信息', '3', '/grid/customer/credit', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (20, 'grid', '客户家庭信息', '3', '/grid/customer/family', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (21, 'grid', '家庭成员信息', '3', '/grid/customer/family/member', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (22, 'grid', '客户失信人名单', '3', '/grid/customer/dishonesty', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (23, 'grid', '客户影像资料', '3', '/grid/customer/image', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (24, 'grid', '白名单', '3', '/grid/customer/whitelist', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (25, 'grid', '灰名单', '3', '/grid/customer/greylist', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (26, 'grid', '黑名单', '3', '/grid/customer/blacklist', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (27, 'grid', '顾问意见记录', '3', '/grid/customer/creditadviser', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (28, 'grid', '面谈面签', '3', '/grid/customer/creditdetail', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (29, 'grid', '贷款审批', '3', '/grid/customer/creditapproval', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (30, 'grid', '征信报告', '3', '/grid/customer/creditdetail/report', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (31, 'grid', '工作平台', '3', '/grid/platform', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000'),
    (32, 'grid', '征信账户查询', '3', '/grid/grid/CreditReportAccount', '2026-11-22 00:00:00.000000', '2026-11-22 00:00:00.000000');
INSERT INTO role_permissions (role_id, permission_id)
    SELECT roles.id, permissions.id FROM roles, permissions
    WHERE (roles.id IN (1, 2, 3) AND permissions.kind = '3' AND permissions.url <> '/grid/grid/CreditReportAccount')
        OR (roles.id IN (2, 3) AND permissions.url = '/grid/grid/CreditReportAccount')
        OR (roles.id = 4 AND permissions.id = 1);
