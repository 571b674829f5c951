mod service_staff;
mod session;
