mod bank_rights;
mod dictionary_entry;
mod estate_agent;
mod loan_officer;
mod server_authority;
mod service_staff;
mod session;
