DROP TABLE customer_tags;
DROP TABLE tags;
DROP TABLE customer_assets;
DROP TABLE poverty_records;
DROP TABLE family_members;
DROP TABLE bank_customers;
DROP TABLE families;
DROP TABLE residents;
