//! What a customer must be like: the formats, and what one who is no draft must have.

use async_graphql::MaybeUndefined;

use super::{BankCustomer, BankCustomerInput, BankCustomerStatus};
use crate::{
    db::{Id, Time},
    domains::identity::BankStaff,
    error::AppResult,
    graphql::{
        id_number::IdNumber,
        input::{self, refuse},
    },
};

/// Who enters customers, as their rows name him
pub struct Registrar {
    pub staff: Option<Id<BankStaff>>,
    pub name: String,
    pub branch: Option<String>,
    pub branch_code: Option<String>,
}

impl BankCustomerInput {
    /// The row of a new customer; its grid is named by the caller
    pub fn row(self, status: BankCustomerStatus, by: &Registrar) -> AppResult<BankCustomer> {
        let text = self.id_number.as_deref().ok_or_else(|| missing("idNumber"))?;
        let mut row = BankCustomer::blank(IdNumber::read("idNumber", text)?, status, by);
        self.apply(&mut row)?;
        Ok(row)
    }

    /// Puts what is given into the row
    pub fn apply(mut self, row: &mut BankCustomer) -> AppResult<()> {
        if let Some(text) = &self.id_number {
            let IdNumber { text, birthday, sex } = IdNumber::read("idNumber", text)?;
            (row.id_number, row.birthday, row.sex) = (text, birthday, sex);
        }
        if self.sex.is_some_and(|sex| sex != row.sex) {
            return Err(refuse("sex", "The id number says otherwise"));
        }
        if self.birthday.is_some_and(|birthday| birthday != row.birthday) {
            return Err(refuse("birthday", "The id number says otherwise"));
        }
        if let MaybeUndefined::Value(phone) = &mut self.phone {
            *phone = input::mobile("phone", phone)?;
        }
        if let Some(name) = self.name {
            row.name = name;
        }
        self.id_kind.update_to(&mut row.id_kind);
        self.ethnicity.update_to(&mut row.ethnicity);
        self.nationality.update_to(&mut row.nationality);
        self.native_place.update_to(&mut row.native_place);
        self.phone.update_to(&mut row.phone);
        self.custodian.update_to(&mut row.custodian);
        self.household_number.update_to(&mut row.household_number);
        self.registered_address.update_to(&mut row.registered_address);
        self.residence_address.update_to(&mut row.residence_address);
        self.postcode.update_to(&mut row.postcode);
        self.estate_name.update_to(&mut row.estate_name);
        self.estate_address.update_to(&mut row.estate_address);
        self.marital_status.update_to(&mut row.marital_status);
        self.education.update_to(&mut row.education);
        self.politics.update_to(&mut row.politics);
        self.living_situation.update_to(&mut row.living_situation);
        self.health.update_to(&mut row.health);
        self.borrower_kind.update_to(&mut row.borrower_kind);
        self.is_shareholder.update_to(&mut row.is_shareholder);
        self.is_employee.update_to(&mut row.is_employee);
        self.is_business_owner.update_to(&mut row.is_business_owner);
        self.is_farmer.update_to(&mut row.is_farmer);
        self.has_town_house.update_to(&mut row.has_town_house);
        self.credit_number.update_to(&mut row.credit_number);
        self.occupation.update_to(&mut row.occupation);
        self.working_years.update_to(&mut row.working_years);
        self.employer_name.update_to(&mut row.employer_name);
        self.employer_address.update_to(&mut row.employer_address);
        self.investigator.update_to(&mut row.investigator);
        self.second_investigator.update_to(&mut row.second_investigator);
        Ok(())
    }
}

impl BankCustomer {
    fn blank(IdNumber { text, birthday, sex }: IdNumber, status: BankCustomerStatus, by: &Registrar) -> BankCustomer {
        let now = Time::now();
        BankCustomer {
            id: Id::new(0),
            grid_id: None,
            keeper_id: by.staff,
            status,
            name: String::new(),
            sex,
            id_number: text,
            birthday,
            id_kind: None,
            ethnicity: None,
            nationality: None,
            native_place: None,
            phone: None,
            custodian: None,
            household_number: None,
            registered_address: None,
            residence_address: None,
            postcode: None,
            estate_name: None,
            estate_address: None,
            marital_status: None,
            education: None,
            politics: None,
            living_situation: None,
            health: None,
            borrower_kind: None,
            is_shareholder: None,
            is_employee: None,
            is_business_owner: None,
            is_farmer: None,
            has_town_house: None,
            credit_number: None,
            occupation: None,
            working_years: None,
            employer_name: None,
            employer_address: None,
            investigator: Some(by.name.chars().take(20).collect()),
            second_investigator: None,
            registrar: Some(by.name.clone()),
            registering_branch: by.branch.clone(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether the row may be kept: drafts too keep to the formats, others are complete as well
    pub fn check(&self) -> AppResult<()> {
        between("name", Some(&self.name))?;
        between("custodian", self.custodian.as_ref())?;
        input::texts([
            ("ethnicity", self.ethnicity.as_ref(), 10),
            ("nationality", self.nationality.as_ref(), 20),
            ("nativePlace", self.native_place.as_ref(), 20),
            ("householdNumber", self.household_number.as_ref(), 20),
            ("registeredAddress", self.registered_address.as_ref(), 100),
            ("residenceAddress", self.residence_address.as_ref(), 100),
            ("postcode", self.postcode.as_ref(), 6),
            ("estateName", self.estate_name.as_ref(), 20),
            ("estateAddress", self.estate_address.as_ref(), 100),
            ("livingSituation", self.living_situation.as_ref(), 50),
            ("creditNumber", self.credit_number.as_ref(), 20),
            ("employerName", self.employer_name.as_ref(), 50),
            ("employerAddress", self.employer_address.as_ref(), 100),
            ("investigator", self.investigator.as_ref(), 20),
            ("secondInvestigator", self.second_investigator.as_ref(), 20),
        ])?;
        self.working_years.map_or(Ok(()), |years| input::range("workingYears", years.into(), 0, 100))?;
        match self.status {
            BankCustomerStatus::Draft => Ok(()),
            _ => self.complete(),
        }
    }

    fn complete(&self) -> AppResult<()> {
        let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        let lacks = [
            ("gridCode", self.grid_id.is_none()),
            ("idKind", self.id_kind.is_none()),
            ("nativePlace", blank(&self.native_place)),
            ("phone", self.phone.is_none()),
            ("householdNumber", blank(&self.household_number)),
            ("registeredAddress", blank(&self.registered_address)),
            ("residenceAddress", blank(&self.residence_address)),
            ("maritalStatus", self.marital_status.is_none()),
            ("education", self.education.is_none()),
            ("livingSituation", blank(&self.living_situation)),
            ("health", self.health.is_none()),
            ("borrowerKind", self.borrower_kind.is_none()),
            ("isShareholder", self.is_shareholder.is_none()),
            ("isEmployee", self.is_employee.is_none()),
            ("isBusinessOwner", self.is_business_owner.is_none()),
            ("isFarmer", self.is_farmer.is_none()),
            ("creditNumber", blank(&self.credit_number)),
            ("occupation", self.occupation.is_none()),
            ("workingYears", self.working_years.is_none()),
            ("employerName", blank(&self.employer_name)),
            ("employerAddress", blank(&self.employer_address)),
            ("investigator", blank(&self.investigator)),
            ("secondInvestigator", blank(&self.second_investigator)),
        ];
        match lacks.iter().find(|(_, lacks)| *lacks) {
            Some((field, _)) => Err(missing(field)),
            None => Ok(()),
        }
    }
}

fn missing(field: &str) -> crate::error::AppError {
    refuse(field, "Must be given")
}

/// A name of 2 to 20 characters
fn between(field: &str, name: Option<&String>) -> AppResult<()> {
    let Some(name) = name else { return Ok(()) };
    match name.trim().chars().count() < 2 {
        true => Err(refuse(field, "Must be 2 to 20 characters")),
        false => input::text(field, name, 20),
    }
}
