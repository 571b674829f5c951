DROP TABLE property_customers;
DROP TABLE service_contacts;
DROP TABLE client_organizations;
DROP TABLE loan_customers;
