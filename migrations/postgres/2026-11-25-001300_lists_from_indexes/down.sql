DROP INDEX bank_customers_recent;
DROP INDEX bank_customers_status;
CREATE INDEX bank_customers_recent ON bank_customers (updated_at, id);
CREATE INDEX bank_customers_status ON bank_customers (status, updated_at, id);
