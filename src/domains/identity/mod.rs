//! Who may come in and what they are: accounts, sessions, the profiles of an account in each realm, menus,
//! the bank's branches, roles and permissions, dictionaries, and the record of what everybody changed.

pub mod account;
pub mod audit_entry;
pub mod background_job;
pub mod bank_staff;
pub mod branch;
pub mod dictionary;
pub mod dictionary_entry;
pub mod estate_agent;
pub mod loan_officer;
pub mod login_throttle;
pub mod menu_item;
pub mod permission;
pub mod region;
pub mod role;
pub mod server_authority;
pub mod service_staff;
pub mod session;
pub mod session_cache;
pub mod setting;
pub mod staff_member;

use crate::roots;

pub use account::{Account, NewAccount};
pub use audit_entry::AuditEntry;
pub use background_job::BackgroundJob;
pub use bank_staff::BankStaff;
pub use branch::Branch;
pub use dictionary::Dictionary;
pub use dictionary_entry::DictionaryEntry;
pub use estate_agent::EstateAgent;
pub use loan_officer::LoanOfficer;
pub use menu_item::MenuItem;
pub use permission::Permission;
pub use region::Region;
pub use role::Role;
pub use service_staff::ServiceStaff;
pub use session::Session;
pub use setting::Setting;
pub use staff_member::StaffMember;

roots! {
    pub struct IdentityQuery(
        account::AccountQuery,
        session::SessionQuery,
        loan_officer::LoanOfficerQuery,
        service_staff::ServiceStaffQuery,
        menu_item::MenuItemQuery,
        estate_agent::EstateAgentQuery,
        bank_staff::BankStaffQuery,
        role::RoleQuery,
        permission::PermissionQuery,
        branch::BranchQuery,
        region::RegionQuery,
        dictionary::DictionaryQuery,
        dictionary_entry::DictionaryEntryQuery,
        server_authority::ServerAuthorityQuery,
        audit_entry::AuditEntryQuery,
        background_job::BackgroundJobQuery,
    );

    pub struct IdentityMutation(
        account::AccountMutation,
        session::SessionMutation,
        loan_officer::LoanOfficerMutation,
        service_staff::ServiceStaffMutation,
        menu_item::MenuItemMutation,
        estate_agent::EstateAgentMutation,
        bank_staff::BankStaffMutation,
        role::RoleMutation,
        permission::PermissionMutation,
        branch::BranchMutation,
        region::RegionMutation,
        dictionary::DictionaryMutation,
        dictionary_entry::DictionaryEntryMutation,
    );
}
