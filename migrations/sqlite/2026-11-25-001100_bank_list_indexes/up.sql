-- Of those whom a viewer sees, the ones of a status or a name: without these a manager's list is looked at row by row
CREATE INDEX bank_customers_place_status ON bank_customers (place, status, updated_at, id);
CREATE INDEX bank_customers_place_name ON bank_customers (place, name, updated_at, id);
CREATE INDEX residents_grid_name ON residents (grid_id, name, id);
