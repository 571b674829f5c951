mod loan_officer;
mod service_staff;
mod dictionary_entry;
mod estate_agent;
mod server_authority;
mod session;
