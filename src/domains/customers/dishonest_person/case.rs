//! What the outside source says of a person, as rows. Nothing of it is believed: an answer that is no list of cases, about
//! somebody else, or too long counts as none.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value as Json;

use super::DishonestPerson;
use crate::{
    db::{Id, Time},
    graphql::input::id_number_key,
};

/// Most cases of one person
const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    performed_name: String,
    card_number: String,
    #[serde(default)]
    sex: String,
    /// A number, or its text
    #[serde(default)]
    age: Json,
    #[serde(default)]
    area_name: String,
    #[serde(default)]
    court_name: String,
    #[serde(default)]
    gist_id: String,
    #[serde(default)]
    register_date: String,
    case_code: String,
    #[serde(default)]
    gist_institution: String,
    #[serde(default)]
    duty: String,
    #[serde(default)]
    performance: String,
    #[serde(default)]
    concrete_reason: String,
    #[serde(default, rename = "type")]
    kind: String,
    /// Milliseconds since 1970, or their text
    published_at: Json,
}

/// What an answer says of the person with this id number
pub(super) fn read(answer: &[u8], number: &str) -> Result<Vec<DishonestPerson>, String> {
    let nonsense = |_| "The source answers no list of cases".to_owned();
    let answer: Json = serde_json::from_slice(answer).map_err(nonsense)?;
    let list = answer.get("data").unwrap_or(&answer);
    let cases: Vec<Case> = Vec::deserialize(list).map_err(nonsense)?;
    if cases.len() > MOST {
        return Err(format!("The source answers more than {MOST} cases"));
    }
    let mut people: Vec<DishonestPerson> = cases.into_iter().map(|case| case.of(number)).collect::<Result<_, _>>()?;
    // One INSERT may touch a case once only.
    people.sort_by(|one, other| one.case_number.cmp(&other.case_number));
    people.dedup_by(|one, other| one.case_number == other.case_number);
    Ok(people)
}

impl Case {
    fn of(self, number: &str) -> Result<DishonestPerson, String> {
        let id_number = id_number_key(&self.card_number);
        if id_number != number {
            return Err("The source answers about somebody else".to_owned());
        }
        let texts = [
            (&self.performed_name, 100),
            (&self.sex, 10),
            (&self.area_name, 100),
            (&self.court_name, 200),
            (&self.gist_id, 200),
            (&self.register_date, 50),
            (&self.case_code, 200),
            (&self.gist_institution, 200),
            (&self.duty, 10_000),
            (&self.performance, 1_000),
            (&self.concrete_reason, 10_000),
            (&self.kind, 1_000),
        ];
        if texts.iter().any(|(text, most)| text.chars().count() > *most || text.contains('\0')) {
            return Err("The source answers a text that is too long, or no text".to_owned());
        }
        if self.case_code.trim().is_empty() {
            return Err("The source answers a case without a number".to_owned());
        }
        let age = if self.age.is_null() { Some(0) } else { whole(&self.age) };
        let age = age.and_then(|age| i32::try_from(age).ok()).filter(|age| (0..=200).contains(age));
        let published_at = whole(&self.published_at).and_then(DateTime::from_timestamp_millis);
        let published_at = published_at.filter(|time| (1900..=9999).contains(&chrono::Datelike::year(time)));
        let (Some(age), Some(published_at)) = (age, published_at) else {
            return Err("The source answers an age or a time that is none".to_owned());
        };
        let now = Time::now();
        Ok(DishonestPerson {
            id: Id::new(0),
            name: self.performed_name,
            id_number,
            sex: self.sex,
            age,
            province: self.area_name,
            court: self.court_name,
            ground_number: self.gist_id,
            registered_on: self.register_date,
            case_number: self.case_code,
            ground_issuer: self.gist_institution,
            duty: self.duty,
            performance: self.performance,
            circumstances: self.concrete_reason,
            kind: self.kind,
            published_at: Time::from(published_at),
            created_at: now,
            updated_at: now,
        })
    }
}

fn whole(number: &Json) -> Option<i64> {
    match number {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case(number: &str, code: &str) -> Json {
        json!({"performedName": "柳某", "cardNumber": number, "age": "40", "caseCode": code, "publishedAt": 1_542_602_262_000_i64})
    }

    #[test]
    fn nonsense_is_no_answer() {
        let read = |answer: Json| read(answer.to_string().as_bytes(), "11010519491231002X");
        let own = || case("11010519491231002x", "(2018)执1号");
        for answer in [json!([own()]), json!({"data": [own(), own()]})] {
            let people = read(answer).unwrap();
            assert_eq!((people.len(), people[0].age, &*people[0].id_number), (1, 40, "11010519491231002X"));
        }
        assert_eq!(read(json!([])).unwrap().len(), 0);
        let with = |field: &str, value: Json| {
            let mut case = own();
            case[field] = value;
            json!([case])
        };
        for answer in [
            json!({}),
            json!("x"),
            json!(null),
            json!([{}]),
            json!([case("110105194912310021", "1")]),
            with("caseCode", json!(" ")),
            with("age", json!(-1)),
            with("age", json!("x")),
            with("publishedAt", json!("soon")),
            with("publishedAt", json!(i64::MAX)),
            with("duty", json!("x".repeat(10_001))),
            with("duty", json!("a\0b")),
            Json::Array(vec![own(); MOST + 1]),
        ] {
            assert!(read(answer.clone()).is_err(), "{answer}");
        }
    }
}
