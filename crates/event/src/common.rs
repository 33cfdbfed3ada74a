//! The common block as typed values: what the fold counts by.
//!
//! Start at [`Common::of`]. A code that this version does not know is ignored, since a newer gate
//! may have let it in; what is absent is unknown.
//!
//! Never here: the kinds' own fields (read from `Event::data`), and what anything counts as.

use crate::{
    Assessment, AuthorityKind, CodeSet, Edtf, Event, EventKey, Json, Occurred, OrgId, PersonId,
    Right, Role, Sex, Verification, Visibility,
};

/// The common block of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// When it happened, capped by the day of the record that set it; none for kinds about the record.
    pub occurred: Option<Occurred>,
    /// The people it concerns, each once, in the order in which they were sent.
    pub persons: Vec<Person>,
    /// The people it concerns who are not named.
    pub group: Option<Group>,
    /// Country or subdivision by ISO 3166; none when the place has only text.
    pub place_code: Option<Box<str>>,
    /// The town, commune or street; none where nothing is said.
    pub locality: Option<Box<str>>,
    /// The organisation's own words for it, each once, rising; none of what the gate would refuse.
    pub tags: Vec<Box<str>>,
    /// How well it is checked; absent means unknown.
    pub verification: Verification,
    /// What it is held to be; absent means unassessed.
    pub assessment: Assessment,
    /// Who may see it; absent means the organisation alone (a correction takes its target's instead).
    pub visibility: Visibility,
    /// Why the person was targeted; indices into [`Right::ALL`].
    pub rights_exercised: CodeSet,
    /// What was done to the person; indices into [`Right::ALL`].
    pub rights_violated: CodeSet,
    /// Whose authority acted.
    pub authority: Option<AuthorityKind>,
}

/// One person as an event speaks of them. An absent field says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person, in the organisation's own space.
    pub id: PersonId,
    /// As said.
    pub sex: Option<Sex>,
    /// The day of birth, as well as it is known.
    pub birth: Option<Edtf>,
    /// In whole years.
    pub age_at_event: Option<u8>,
    /// Why the person stands out; indices into [`Role::ALL`].
    pub roles: Option<CodeSet>,
    /// The names the person goes by.
    pub names: Vec<Name>,
    /// As said.
    pub nationality: Option<Box<str>>,
    /// As said.
    pub occupation: Option<Box<str>>,
    /// The groups of the person.
    pub affiliations: Vec<Box<str>>,
}

/// One name of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Its script by ISO 15924, e.g. `Khmr`.
    pub script: Option<Box<str>>,
    /// A code of the list `name_kind`: legal, alias or transliteration.
    pub kind: Option<Box<str>>,
}

/// Unnamed people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// No fewer people than this.
    pub lower: u64,
    /// No more people than this; none when nothing bounds it.
    pub upper: Option<u64>,
    /// The words of the source.
    pub verbatim: Option<Box<str>>,
    /// The language of those words (BCP 47).
    pub lang: Option<Box<str>>,
}

impl Event {
    /// Returns the key of the event that the field `name` points at (`target`, or `to`).
    #[must_use]
    pub fn target(&self, name: &str) -> Option<EventKey> {
        let target = self.data.get(name)?;
        let org = OrgId::parse(target.text("org")?).ok()?;
        Some(EventKey {
            org,
            source: target.text("source")?.into(),
            id: target.text("id")?.into(),
        })
    }
}

impl Common {
    /// Reads the common block of an event whose structure was checked.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let data = &event.data;
        let occurred = data
            .text("occurred")
            .and_then(|text| Edtf::parse(text).ok());
        let part = |name: &str, field: &str| data.get(name).and_then(|part| part.text(field));
        Self {
            occurred: occurred.map(|edtf| edtf.cap(event.envelope.occurred_cap)),
            persons: persons(data.list("persons")),
            group: data.get("group").and_then(group),
            place_code: part("place", "code").map(Box::from),
            locality: part("place", "locality")
                .filter(|text| !text.is_empty())
                .map(Box::from),
            tags: tags(data),
            verification: data
                .text("verification")
                .and_then(Verification::parse)
                .unwrap_or(Verification::Unknown),
            assessment: data
                .text("assessment")
                .and_then(Assessment::parse)
                .unwrap_or(Assessment::Unassessed),
            visibility: Self::visibility_of(event),
            rights_exercised: rights(data, "rights_exercised"),
            rights_violated: rights(data, "rights_violated"),
            authority: part("authority", "kind").and_then(AuthorityKind::parse),
        }
    }

    /// Reads who may see such an event; `org` where it does not say.
    #[must_use]
    pub fn visibility_of(event: &Event) -> Visibility {
        let said = event.data.text("visibility");
        said.and_then(Visibility::parse).unwrap_or(Visibility::Org)
    }
}

fn rights(data: &Json, name: &str) -> CodeSet {
    data.texts(name)
        .filter_map(Right::parse)
        .map(Right::index)
        .collect()
}

/// Reads the tags; none where the gate would refuse them.
fn tags(data: &Json) -> Vec<Box<str>> {
    let field = data.get("tags");
    let right = field.is_some_and(|found| crate::check::tags(found).is_ok());
    let tags = right.then(|| data.texts("tags").map(Box::from));
    let mut tags: Vec<Box<str>> = tags.into_iter().flatten().collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

fn boxed(value: &Json, name: &str) -> Option<Box<str>> {
    value.text(name).map(Box::from)
}

fn group(value: &Json) -> Option<Group> {
    let bound = |name| value.get(name).and_then(Json::as_u64);
    Some(Group {
        lower: bound("lower")?,
        upper: bound("upper"),
        verbatim: boxed(value, "verbatim"),
        lang: boxed(value, "lang"),
    })
}

/// Reads the persons; who is sent twice is one, the first value of each field holding.
fn persons(list: &[Json]) -> Vec<Person> {
    let mut persons: Vec<Person> = Vec::with_capacity(list.len());
    for person in list.iter().filter_map(person) {
        match persons.iter_mut().find(|known| known.id == person.id) {
            Some(known) => known.join(person),
            None => persons.push(person),
        }
    }
    persons
}

fn person(value: &Json) -> Option<Person> {
    let roles = value.get("roles").and_then(Json::as_list).map(|_| {
        value
            .texts("roles")
            .filter_map(Role::parse)
            .map(Role::index)
            .collect::<CodeSet>()
    });
    let age = value.get("age_at_event").and_then(Json::as_u64);
    Some(Person {
        id: PersonId::parse(value.text("id")?).ok()?,
        sex: value.text("sex").and_then(Sex::parse),
        birth: value.text("birth").and_then(|text| Edtf::parse(text).ok()),
        age_at_event: age.and_then(|age| u8::try_from(age).ok()),
        roles,
        names: value.list("names").iter().filter_map(name).collect(),
        nationality: boxed(value, "nationality"),
        occupation: boxed(value, "occupation"),
        affiliations: value.texts("affiliations").map(Box::from).collect(),
    })
}

fn name(value: &Json) -> Option<Name> {
    let text = boxed(value, "text")?;
    Some(Name {
        text,
        script: boxed(value, "script"),
        kind: boxed(value, "kind"),
    })
}

impl Person {
    fn join(&mut self, other: Self) {
        self.sex = self.sex.or(other.sex);
        self.birth = self.birth.or(other.birth);
        self.age_at_event = self.age_at_event.or(other.age_at_event);
        self.roles = match (self.roles, other.roles) {
            (Some(ours), Some(theirs)) => Some(ours.union(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        self.names.extend(other.names);
        self.nationality = self.nationality.take().or(other.nationality);
        self.occupation = self.occupation.take().or(other.occupation);
        self.affiliations.extend(other.affiliations);
    }
}
