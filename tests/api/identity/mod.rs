mod loan_officer;
mod service_staff;
mod session;
