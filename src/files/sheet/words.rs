//! Why a row is refused, in the language of the sheets: whoever reads the columns 姓名 and 原因 reads Chinese.

/// What the rules of inputs say, and what a sheet says for it; `{}` stands for a number
const WORDS: [(&str, &str); 22] = [
    ("Must be given", "不能为空"),
    ("Must not be empty", "不能为空"),
    ("Must not be null", "不能为空"),
    ("A NUL character is not allowed", "含有非法字符"),
    ("At most {} characters", "最多{}个字符"),
    ("At least {} characters", "至少{}个字符"),
    ("Must be {} to {} characters", "必须为{}到{}个字符"),
    ("Must be {} to {}", "必须在{}到{}之间"),
    ("Not a number", "不是数字"),
    ("Not a number of {} to {} digits", "必须为{}到{}位数字，且首位不为0"),
    ("Not a phone number", "电话号码不正确"),
    ("Not a mobile number of {} digits", "不是{}位手机号"),
    ("Not a valid id number of {} characters", "不是有效的{}位身份证号"),
    ("The id number says otherwise", "与身份证号不符"),
    ("There is none in the white list", "白名单没有此项"),
    ("Out of range", "超出范围"),
    ("Must not be before beginsOn", "不能早于授信开始日期"),
    ("The person stands in the black list and can not be interviewed", "在黑名单中，不能面谈"),
    ("There is an interview with the person under way", "已有进行中的面谈"),
    ("The person is a customer beyond what your roles and your branch permit", "客户不在您的权限范围内"),
    ("Must be given: the person is no customer of a grid", "必须填写：此人不是网格客户"),
    ("Must be {} to {} with at most {} digits behind the point", "必须在{}到{}之间，最多{}位小数"),
];

/// What a rule says, as a sheet says it; a rule that nobody put into words yet is told as it is, behind words that say
/// what became of the row
pub fn chinese(message: &str) -> String {
    let known = WORDS.iter().find_map(|(rule, words)| fill(words, &numbers(rule, message)?));
    known.unwrap_or_else(|| format!("不符合要求（{message}）"))
}

/// The numbers in the places of the rule, where the message is of that rule
fn numbers<'a>(rule: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = rule.split("{}");
    let mut rest = message.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        found.push(&rest[..end]);
        rest = rest[end..].strip_prefix(part)?;
    }
    (rest.is_empty() && found.iter().all(|number| !number.is_empty())).then_some(found)
}

fn fill(words: &str, numbers: &[&str]) -> Option<String> {
    let mut parts = words.split("{}");
    let first = parts.next()?.to_owned();
    Some(parts.zip(numbers).fold(first, |text, (part, number)| text + number + part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::{id_number::IdNumber, input};

    #[test]
    fn rules_are_told_in_chinese() {
        for (said, told) in [
            (input::text("x", "xx", 1), "最多1个字符"),
            (input::name("x", " ", 1), "不能为空"),
            (input::text("x", "\0", 1), "含有非法字符"),
            (input::range("x", 101, 0, 100), "必须在0到100之间"),
            (input::digits("x", "0"), "必须为1到20位数字，且首位不为0"),
            (input::phone("x", "y"), "电话号码不正确"),
            (input::mobile("x", "123456").map(drop), "不是11位手机号"),
            (IdNumber::read("x", "444").map(drop), "不是有效的18位身份证号"),
        ] {
            assert_eq!(chinese(&said.unwrap_err().message), told);
        }
        assert_eq!(chinese("Must be 2 to 20 characters"), "必须为2到20个字符");
        assert_eq!(chinese("Must be 2 to many"), "不符合要求（Must be 2 to many）");
        for (rule, words) in WORDS {
            assert_eq!(rule.matches("{}").count(), words.matches("{}").count(), "{rule}");
        }
    }
}
