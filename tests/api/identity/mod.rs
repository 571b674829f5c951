mod loan_officer;
mod session;
