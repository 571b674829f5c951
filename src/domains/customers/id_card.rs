//! What stands on an identity card (身份证), read from a picture of it: nothing is kept.
//!
//! No table. The number is the anchor: a front whose number has no valid check digit is as good as unread, and sex and
//! birthday are taken from the number, not from what may be misread beside it.

use std::io::Read as _;

use async_graphql::{Context, Object, SimpleObject, Union};
use axum::body::Bytes;
use chrono::NaiveDate;

use crate::{
    auth::{Area, May},
    codes,
    db::Day,
    error::{AppError, AppResult},
    graphql::{
        ContextExt,
        id_number::{IdNumber, Sex},
        scalars::File,
    },
    ocr, payload,
};

codes! {
    /// Side of an identity card (legacy idCardSide)
    pub enum IdCardSide {
        /// With the portrait (legacy 1 正面)
        Front = 1,
        /// With the emblem (legacy 2 反面)
        Back = 2,
    }
}

/// Front of an identity card
#[derive(Clone, Debug, PartialEq, SimpleObject)]
pub struct IdCardFront {
    /// Name
    pub name: Option<String>,
    /// Sex
    pub sex: Sex,
    /// Ethnic group (legacy nation)
    pub ethnicity: Option<String>,
    /// Birthday
    pub birthday: Day,
    /// Address
    pub address: Option<String>,
    /// Id number, with a valid check digit
    pub id_number: String,
}

/// Back of an identity card
#[derive(Clone, Debug, PartialEq, SimpleObject)]
pub struct IdCardBack {
    /// First day that the card is good for (legacy issuedAt)
    pub issued_on: Day,
    /// Last day that the card is good for; null for one that is good for ever (长期)
    pub expires_on: Option<Day>,
    /// Authority that issued the card (legacy issuedOrganization)
    pub authority: Option<String>,
}

/// One side of an identity card
#[derive(Clone, Debug, Union)]
pub enum IdCard {
    Front(IdCardFront),
    Back(IdCardBack),
}

payload! {
    /// What stands on the card
    IdCardReadPayload { id_card: IdCard }
}

/// The text without blanks, which are read between letters as it happens
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<String>());
    lines.filter(|line| !line.is_empty()).collect()
}

/// What follows a label, as far as it is read whole or in part
fn behind<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    let found = labels.iter().find_map(|label| line.split_once(label).map(|(_, rest)| rest))?;
    Some(found.trim_start_matches([':', '：', '.', '·']))
}

fn letters(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|letter| letter.is_alphanumeric() || *letter == '·').collect();
    Some(text).filter(|text| !text.is_empty())
}

impl IdCardFront {
    pub fn parse(text: &str) -> Option<IdCardFront> {
        let lines = lines(text);
        let number = lines.iter().rev().find_map(|line| valid_number(line))?;
        let find = |labels: &[&str]| lines.iter().find_map(|line| behind(line, labels));
        let ethnicity = find(&["民族", "民旅", "族"]).and_then(letters);
        let start = lines.iter().position(|line| behind(line, &["住址", "住扯", "址"]).is_some());
        let address = start.and_then(|start| {
            let first = behind(&lines[start], &["住址", "住扯", "址"]).unwrap_or_default();
            let more = lines[start + 1..].iter().take_while(|line| {
                !line.contains("公民")
                    && !line.contains("身份")
                    && !line.contains("号码")
                    && valid_number(line).is_none()
            });
            letters(&more.fold(first.to_owned(), |all, line| all + line))
        });
        Some(IdCardFront {
            name: find(&["姓名", "名"]).and_then(letters),
            sex: number.sex,
            ethnicity,
            birthday: number.birthday,
            address,
            id_number: number.text,
        })
    }
}

/// The first 18 characters in a row that are a valid id number
fn valid_number(line: &str) -> Option<IdNumber> {
    let digits: Vec<char> = line.chars().filter(char::is_ascii_alphanumeric).collect();
    digits.windows(18).find_map(|window| IdNumber::parse(&window.iter().collect::<String>()))
}

impl IdCardBack {
    pub fn parse(text: &str) -> Option<IdCardBack> {
        let lines = lines(text);
        let dates = |line: &String| {
            let digits: String = line.chars().filter(char::is_ascii_digit).collect();
            let day = |from: usize| NaiveDate::parse_from_str(digits.get(from..from + 8)?, "%Y%m%d").ok().map(Day);
            let issued_on = day(0)?;
            match day(8) {
                Some(expires_on) => (issued_on < expires_on).then_some((issued_on, Some(expires_on))),
                None => line.contains('长').then_some((issued_on, None)),
            }
        };
        let (issued_on, expires_on) = lines.iter().find_map(dates)?;
        let authority = lines.iter().find_map(|line| behind(line, &["签发机关", "发机关", "机关"]));
        Some(IdCardBack { issued_on, expires_on, authority: authority.and_then(letters) })
    }
}

fn picture(ctx: &Context<'_>, image: File) -> AppResult<Bytes> {
    let renamed = |error: AppError| AppError { field: error.field.map(|_| "image".to_owned()), ..error };
    let upload = image.open(ctx).map_err(renamed)?;
    let mut content = Vec::new();
    let most = ocr::MOST_BYTES;
    crate::files::rewound(upload)?.take(most + 1).read_to_end(&mut content).map_err(AppError::internal)?;
    match u64::try_from(content.len()).is_ok_and(|size| size <= most) {
        true => Ok(content.into()),
        false => Err(AppError::bad_input("image", format!("A picture has at most {most} bytes"))),
    }
}

#[derive(Default)]
pub struct IdCardMutation;

#[Object]
impl IdCardMutation {
    /// What stands on an identity card, read from a picture (PNG, JPEG or BMP, 10 MB at the most); nothing is kept
    #[graphql(guard = "May(Area::Customers)", complexity = "1000 + child_complexity")]
    async fn id_card_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Side that the picture shows")] side: IdCardSide,
        #[graphql(desc = "The picture, by the GraphQL multipart request specification")] image: File,
    ) -> AppResult<IdCardReadPayload> {
        let text = tokio::select! {
            text = ocr::read(&ctx.app().config.tesseract, picture(ctx, image)?) => text?,
            () = ctx.abandoned() => return Err(AppError::unavailable("Nobody waits for the card any more")),
        };
        let read = match side {
            IdCardSide::Front => IdCardFront::parse(&text).map(IdCard::Front),
            IdCardSide::Back => IdCardBack::parse(&text).map(IdCard::Back),
        };
        let id_card =
            read.ok_or_else(|| AppError::bad_input("image", "This side of an identity card can not be made out"))?;
        Ok(IdCardReadPayload { id_card })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_becomes_a_card() {
        let text = "姓 名 柳 安 宁\n性别 男 民族 汉\n出 生 1988 年 6月 12 日\n住 址 云岭市翠湖区文明路\n12号3幢\n\
            公民 身份 号 码 539900 19880612 0317\n";
        let front = IdCardFront::parse(text).unwrap();
        assert_eq!(
            front,
            IdCardFront {
                name: Some("柳安宁".into()),
                sex: Sex::Male,
                ethnicity: Some("汉".into()),
                birthday: Day(NaiveDate::from_ymd_opt(1988, 6, 12).unwrap()),
                address: Some("云岭市翠湖区文明路12号3幢".into()),
                id_number: "539900198806120317".into(),
            }
        );
        assert_eq!(IdCardFront::parse(&text.replace("0317", "0318")), None);
        let back =
            IdCardBack::parse("居民身份证\n签 发 机 关 云岭市公安局翠湖分局\n有效期限 2016.03.05-2036.03.05").unwrap();
        assert_eq!(back.authority.as_deref(), Some("云岭市公安局翠湖分局"));
        assert_eq!(back.expires_on.unwrap().0.to_string(), "2036-03-05");
        let for_ever = IdCardBack::parse("签发机关 云岭市公安局\n有效期限 2016.03.05-长期").unwrap();
        assert_eq!((for_ever.issued_on.0.to_string().as_str(), for_ever.expires_on), ("2016-03-05", None));
        for wrong in ["", "有效期限 2016.03.05", "有效期限 2036.03.05-2016.03.05", "有效期限 2016.13.05-2036.03.05"]
        {
            assert_eq!(IdCardBack::parse(wrong), None, "{wrong}");
        }
    }
}
