DROP INDEX residents_grid_name;
DROP INDEX bank_customers_place_name;
DROP INDEX bank_customers_place_status;
