//! What headers call a column, in Latin, Khmer, Thai, Cyrillic, Arabic and Han.
//!
//! Start at [`role`]. A word is a sign and no proof: what the cells hold goes before it (`column`).
//!
//! Never here: cells, but the words of sexes.

/// What a column probably holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Id,
    Name,
    Birth,
    Age,
    Sex,
    Nationality,
    Occupation,
    Day,
    Recorded,
    Count,
    Latitude,
    Longitude,
    Town,
    Link,
}

/// Words of headers: the first role of which a word is in the header is taken.
const WORDS: [(Role, &[&str]); 14] = [
    (
        Role::Birth,
        &[
            "birth",
            "born",
            "dob",
            "naissance",
            "nacimiento",
            "рожд",
            "កំណើត",
            "出生",
            "生日",
            "ميلاد",
            "تولد",
            "เกิด",
        ],
    ),
    (
        Role::Recorded,
        &[
            "entered",
            "recorded",
            "published",
            "first_published_at",
            "created",
            "submitted",
            "_submission_time",
            "timestamp",
            "внесен",
            "опубликован",
            "បញ្ចូល",
            "录入",
            "发布",
            "نشر",
            "انتشار",
            "ثبت",
            "บันทึก",
        ],
    ),
    (
        Role::Sex,
        &[
            "sex",
            "gender",
            "sexe",
            "sexo",
            "пол",
            "ភេទ",
            "性别",
            "الجنس",
            "جنسیت",
            "เพศ",
        ],
    ),
    (
        Role::Age,
        &[
            "age",
            "edad",
            "возраст",
            "អាយុ",
            "年龄",
            "العمر",
            "سن",
            "อายุ",
        ],
    ),
    (
        Role::Nationality,
        &[
            "nationality",
            "citizenship",
            "nationalité",
            "nacionalidad",
            "гражданств",
            "សញ្ជាតិ",
            "国籍",
            "الجنسية",
            "ملیت",
            "تابعیت",
            "สัญชาติ",
        ],
    ),
    (
        Role::Occupation,
        &[
            "occupation",
            "profession",
            "job",
            "професс",
            "មុខរបរ",
            "职业",
            "المهنة",
            "شغل",
            "อาชีพ",
        ],
    ),
    (
        Role::Latitude,
        &[
            "lat",
            "latitude",
            "широта",
            "រយៈទទឹង",
            "纬度",
            "خط_العرض",
            "عرض",
            "ละติจูด",
        ],
    ),
    (
        Role::Longitude,
        &[
            "lon",
            "lng",
            "long",
            "longitude",
            "долгота",
            "រយៈបណ្តោយ",
            "经度",
            "خط_الطول",
            "طول",
            "ลองจิจูด",
        ],
    ),
    (
        Role::Count,
        &[
            "total",
            "count",
            "detained",
            "detentions",
            "arrested",
            "number_of_detentions",
            "people",
            "задержан",
            "количеств",
            "человек",
            "ចំនួន",
            "人数",
            "数量",
            "عدد",
            "تعداد",
            "จำนวน",
        ],
    ),
    (
        Role::Name,
        &[
            "name",
            "names",
            "who",
            "person",
            "victim",
            "journalists",
            "nom",
            "nombre",
            "имя",
            "фио",
            "ឈ្មោះ",
            "姓名",
            "名字",
            "الاسم",
            "اسم",
            "نام",
            "ชื่อ",
        ],
    ),
    (
        Role::Day,
        &[
            "date",
            "day",
            "when",
            "occurred",
            "fecha",
            "дата",
            "день",
            "កាលបរិច្ឆេទ",
            "ថ្ងៃ",
            "日期",
            "时间",
            "تاريخ",
            "تاریخ",
            "روز",
            "วันที่",
        ],
    ),
    (
        Role::Town,
        &[
            "city",
            "town",
            "place",
            "location",
            "locality",
            "village",
            "lieu",
            "ville",
            "ciudad",
            "lugar",
            "город",
            "место",
            "ទីកន្លែង",
            "ទីក្រុង",
            "ភូមិ",
            "地点",
            "城市",
            "地方",
            "المكان",
            "المدينة",
            "شهر",
            "محل",
            "จังหวัด",
        ],
    ),
    (
        Role::Link,
        &[
            "url",
            "link",
            "links",
            "href",
            "source",
            "ссылк",
            "источник",
            "ប្រភព",
            "来源",
            "链接",
            "المصدر",
            "رابط",
            "منبع",
            "แหล่งที่มา",
        ],
    ),
    (
        Role::Id,
        &[
            "id",
            "no",
            "nr",
            "number",
            "slug",
            "uuid",
            "_id",
            "_uuid",
            "номер",
            "№",
            "លេខ",
            "ល.រ",
            "编号",
            "序号",
            "رقم",
            "شماره",
            "ลำดับ",
        ],
    ),
];

/// Words of sexes in cells.
const SEXES: [(&str, &[&str]); 2] = [
    (
        "male",
        &[
            "male",
            "m",
            "man",
            "homme",
            "hombre",
            "м",
            "муж",
            "мужской",
            "мужчина",
            "ប្រុស",
            "ชาย",
            "男",
            "ذكر",
            "مرد",
        ],
    ),
    (
        "female",
        &[
            "female",
            "f",
            "woman",
            "femme",
            "mujer",
            "ж",
            "жен",
            "женский",
            "женщина",
            "ស្រី",
            "หญิง",
            "女",
            "أنثى",
            "زن",
        ],
    ),
];

/// Words that say nothing, in cells.
pub(super) const NULLS: [&str; 13] = [
    "-",
    "--",
    "None",
    "none",
    "null",
    "NULL",
    "n/a",
    "N/A",
    "NA",
    "unknown",
    "Unknown",
    "неизвестно",
    "不详",
];

/// Returns what a header says of its column: its own words, or in scripts without blanks a part of them.
pub(super) fn role(header: &str) -> Option<Role> {
    let lower = header.to_lowercase();
    let tokens: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .filter(|token| !token.is_empty())
        .collect();
    let says = |word: &&str| {
        let length = word.chars().count();
        let cased = word.chars().any(char::is_lowercase);
        let han = word.chars().any(|c| u32::from(c) >= 0x3400);
        if word.is_ascii() || cased && length <= 3 || length <= 2 && !han {
            lower == **word || tokens.contains(word)
        } else {
            lower.contains(*word)
        }
    };
    let found = WORDS.iter().find(|(_, words)| words.iter().any(says));
    found.map(|(role, _)| *role)
}

/// Whether a sign belongs to a word: the vowels of Khmer and Thai do.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x0300..=0x036F | 0x064B..=0x065F | 0x0E31 | 0x0E34..=0x0E3A | 0x0E47..=0x0E4E | 0x17B4..=0x17D3)
}

/// Returns the code of a sex for a cell.
pub(super) fn sex(cell: &str) -> Option<&'static str> {
    let lower = cell.to_lowercase();
    let found = SEXES
        .iter()
        .find(|(_, words)| words.contains(&lower.as_str()));
    found.map(|(code, _)| *code)
}

/// Returns the script of a text by its letters: the code of ISO 15924.
pub(super) fn script(text: &str) -> Option<&'static str> {
    let of = |c: char| match u32::from(c) {
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F => Some("Latn"),
        0x0400..=0x052F => Some("Cyrl"),
        0x0600..=0x06FF | 0x0750..=0x077F => Some("Arab"),
        0x0E00..=0x0E7F => Some("Thai"),
        0x1780..=0x17FF => Some("Khmr"),
        0x3400..=0x9FFF => Some("Hani"),
        _ => None,
    };
    text.chars().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_five_scripts_say_what_their_columns_hold() {
        for (header, expected) in [
            ("no", Some(Role::Id)),
            ("Case ID", Some(Role::Id)),
            ("first_published_at", Some(Role::Recorded)),
            ("date_of_birth", Some(Role::Birth)),
            ("date", Some(Role::Day)),
            ("Updated", None),
            ("name_latin", Some(Role::Name)),
            ("ឈ្មោះ", Some(Role::Name)),
            ("ភេទ", Some(Role::Sex)),
            ("អាយុ", Some(Role::Age)),
            ("កាលបរិច្ឆេទចាប់ខ្លួន", Some(Role::Day)),
            ("Дата рождения", Some(Role::Birth)),
            ("ФИО", Some(Role::Name)),
            ("ชื่อ-สกุล", Some(Role::Name)),
            ("วันเกิด", Some(Role::Birth)),
            ("วันที่จับกุม", Some(Role::Day)),
            ("Пол", Some(Role::Sex)),
            ("полиция", None),
            ("الاسم", Some(Role::Name)),
            ("تاریخ", Some(Role::Day)),
            ("姓名", Some(Role::Name)),
            ("出生日期", Some(Role::Birth)),
            ("性别", Some(Role::Sex)),
            ("page", None),
        ] {
            assert_eq!(role(header), expected, "{header}");
        }
    }
}
