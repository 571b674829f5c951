mod loan_customer;
