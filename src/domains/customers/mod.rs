//! Customers: the people and organisations that each realm sells to or serves.

pub mod bank_customer;
pub mod client_organization;
pub mod customer;
pub mod customer_assets;
pub mod customer_tag;
pub mod dishonest_person;
pub mod family;
pub mod family_member;
pub mod id_card;
pub mod import;
pub mod industry;
pub mod loan_customer;
pub mod person;
pub mod poverty_record;
pub mod property_customer;
pub mod resident;
pub mod service_contact;
pub mod tag;

use crate::roots;

pub use bank_customer::BankCustomer;
pub use client_organization::ClientOrganization;
pub use customer::Customer;
pub use customer_assets::CustomerAssets;
pub use customer_tag::CustomerTag;
pub use dishonest_person::DishonestPerson;
pub use family::Family;
pub use family_member::FamilyMember;
pub use loan_customer::{ContactStatus, LoanCustomer, LoanStage, SocialSecurity};
pub use person::Person;
pub use poverty_record::PovertyRecord;
pub use property_customer::PropertyCustomer;
pub use resident::Resident;
pub use service_contact::ServiceContact;
pub use tag::Tag;

roots! {
    pub struct CustomersQuery(
        customer::CustomerQuery,
        person::PersonQuery,
        loan_customer::LoanCustomerQuery,
        service_contact::ServiceContactQuery,
        client_organization::ClientOrganizationQuery,
        property_customer::PropertyCustomerQuery,
        bank_customer::BankCustomerQuery,
        tag::TagQuery,
        customer_assets::CustomerAssetsQuery,
        resident::ResidentQuery,
        family::FamilyQuery,
        family_member::FamilyMemberQuery,
        dishonest_person::DishonestPersonQuery,
    );

    pub struct CustomersMutation(
        loan_customer::LoanCustomerMutation,
        service_contact::ServiceContactMutation,
        client_organization::ClientOrganizationMutation,
        property_customer::PropertyCustomerMutation,
        bank_customer::BankCustomerMutation,
        tag::TagMutation,
        id_card::IdCardMutation,
        customer_tag::CustomerTagMutation,
        customer_assets::CustomerAssetsMutation,
        resident::ResidentMutation,
        family::FamilyMutation,
        family_member::FamilyMemberMutation,
        dishonest_person::DishonestPersonMutation,
    );
}
