-- With the place in them these indexes alone find a page of what a viewer sees, however far down his list it is.
DROP INDEX bank_customers_recent;
DROP INDEX bank_customers_status;
CREATE INDEX bank_customers_recent ON bank_customers (updated_at, id, place);
CREATE INDEX bank_customers_status ON bank_customers (status, updated_at, id, place);
