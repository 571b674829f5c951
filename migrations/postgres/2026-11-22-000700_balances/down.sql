DROP TABLE work_items;
DROP TABLE balance_totals;
DROP TABLE balance_changes;
DROP TABLE product_accounts;
DROP TABLE balance_summaries;
ALTER TABLE bank_products DROP COLUMN balance_kind;
