//! Postings: rising numbers as bytes, and walks over them that skip what is not asked for.
//!
//! ```text
//! count                          how many numbers
//! of each block of 128:          (no heading where there is one block)
//!   last - last of the block before, length in bytes
//!   number - number before ...
//! ```
//!
//! All are LEB128. Start at [`write`] and [`Postings`]; [`Union`] is several as one, and [`next_in_all`] finds what
//! several unions have in common by leaping from one to the other (as in Lucene's conjunctions). Never here: what the
//! numbers mean.

use super::layout;
use crate::text::name::Closeness;

/// How many numbers a block has: as in Lucene, where a block is what is skipped.
const BLOCK: usize = 128;

/// How many postings of a union are walked one beside the other; numbers of all others are sorted into one list.
const WALKED_MAX: usize = 16;

/// Writes rising numbers.
pub(crate) fn write(out: &mut Vec<u8>, numbers: &[u64]) {
    let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    layout::write(out, length(numbers.len()));
    let mut before = 0;
    for block in numbers.chunks(BLOCK) {
        let mut bytes = Vec::new();
        let mut at = before;
        for number in block {
            layout::write(&mut bytes, number.saturating_sub(at));
            at = *number;
        }
        if numbers.len() > BLOCK {
            layout::write(out, at.saturating_sub(before));
            layout::write(out, length(bytes.len()));
        }
        out.extend_from_slice(&bytes);
        before = at;
    }
}

/// A walk over the numbers of postings, each with something added to it.
#[derive(Clone, Debug)]
pub(crate) struct Postings<'s> {
    /// Numbers that were not walked over, the head among them.
    left: u64,
    /// What is added to each number.
    offset: u64,
    /// The rest of the block that is walked.
    block: &'s [u8],
    /// The blocks behind it, where there are several.
    behind: &'s [u8],
    /// Of `left`, how many are in the block.
    in_block: u64,
    /// The last number of the block, where it has a heading.
    block_last: u64,
    /// The number before the head.
    before: u64,
    head: Option<u64>,
}

impl<'s> Postings<'s> {
    /// Begins to walk over the postings at the front of some bytes; over those that are whole, of bytes that end early.
    pub(crate) fn new(mut bytes: &'s [u8], offset: u64) -> Self {
        let left = layout::read(&mut bytes).unwrap_or_default();
        let has_headings = usize::try_from(left).is_ok_and(|left| left > BLOCK);
        let mut walk = Self {
            left,
            offset,
            block: if has_headings { &[] } else { bytes },
            behind: if has_headings { bytes } else { &[] },
            in_block: if has_headings { 0 } else { left },
            block_last: 0,
            before: 0,
            head: None,
        };
        walk.read();
        walk
    }

    /// Returns how many numbers were not walked over.
    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// Returns the number at which the walk stands; none at its end.
    pub(crate) fn head(&self) -> Option<u64> {
        self.head.map(|head| head.saturating_add(self.offset))
    }

    /// Goes one number on.
    fn advance(&mut self) {
        let Some(head) = self.head.take() else { return };
        self.before = head;
        self.left = self.left.saturating_sub(1);
        self.in_block = self.in_block.saturating_sub(1);
        self.read();
    }

    /// Goes on to the first number that is not below this one.
    pub(crate) fn seek(&mut self, number: u64) {
        let number = number.saturating_sub(self.offset);
        while self.head.is_some_and(|head| head < number) {
            if !self.behind.is_empty() && self.block_last < number {
                self.skip_block();
                self.read();
            } else {
                self.advance();
            }
        }
    }

    fn skip_block(&mut self) {
        self.left = self.left.saturating_sub(self.in_block);
        self.in_block = 0;
        self.before = self.block_last;
    }

    /// Reads the next number, of the next block where this one is at its end.
    fn read(&mut self) {
        self.head = None;
        if self.left == 0 || self.in_block == 0 && self.next_block().is_none() {
            self.left = 0;
            return;
        }
        match layout::read(&mut self.block) {
            Some(step) => self.head = Some(self.before.saturating_add(step)),
            None => self.left = 0,
        }
    }

    fn next_block(&mut self) -> Option<()> {
        let last = layout::read(&mut self.behind)?;
        let length = usize::try_from(layout::read(&mut self.behind)?).ok()?;
        let (block, behind) = self.behind.split_at_checked(length)?;
        self.block_last = self.before.saturating_add(last);
        (self.block, self.behind) = (block, behind);
        self.in_block = self.left.min(u64::try_from(BLOCK).ok()?);
        Some(())
    }
}

impl Iterator for Postings<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let head = self.head();
        self.advance();
        head
    }
}

/// Several postings as one walk, each number once, with the least closeness that it has in one of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Union<'s> {
    walked: Vec<(Closeness, Postings<'s>)>,
    /// The numbers of all other postings, falling, each with its closeness: the head is the last.
    sorted: Vec<(u64, Closeness)>,
}

impl<'s> Union<'s> {
    /// Makes one walk of several.
    pub(crate) fn new(mut postings: Vec<(Closeness, Postings<'s>)>) -> Self {
        postings.sort_by_key(|(_, postings)| std::cmp::Reverse(postings.left()));
        let others = postings.split_off(WALKED_MAX.min(postings.len()));
        let of_others = others.into_iter();
        let of_others = of_others
            .flat_map(|(closeness, postings)| postings.map(move |number| (number, closeness)));
        let mut sorted: Vec<_> = of_others.collect();
        sorted.sort_unstable();
        sorted.dedup_by_key(|(number, _)| *number);
        sorted.reverse();
        Self {
            walked: postings,
            sorted,
        }
    }

    /// The same walk over those alone that are at most so close.
    pub(crate) fn within(&self, closeness: Closeness) -> Self {
        let walked = self.walked.iter().filter(|(of, _)| *of <= closeness);
        let sorted = self.sorted.iter().filter(|(_, of)| *of <= closeness);
        Self {
            walked: walked.cloned().collect(),
            sorted: sorted.copied().collect(),
        }
    }

    /// Returns how many numbers were not walked over; one that is in several postings more than once.
    pub(crate) fn left(&self) -> u64 {
        let walked = self.walked.iter().map(|(_, postings)| postings.left());
        walked.fold(
            u64::try_from(self.sorted.len()).unwrap_or(u64::MAX),
            u64::saturating_add,
        )
    }

    /// Returns the most that a number's closeness can be.
    pub(crate) fn closeness_max(&self) -> Closeness {
        let walked = self.walked.iter().map(|(closeness, _)| *closeness);
        let sorted = self.sorted.iter().map(|(_, closeness)| *closeness);
        walked.chain(sorted).max().unwrap_or_default()
    }

    /// Returns the number at which the walk stands, and its closeness.
    pub(crate) fn head(&self) -> Option<(u64, Closeness)> {
        let walked = self.walked.iter();
        let heads = walked.filter_map(|(closeness, postings)| Some((postings.head()?, *closeness)));
        heads.chain(self.sorted.last().copied()).min()
    }

    /// Goes on to the first number that is not below this one.
    pub(crate) fn seek(&mut self, number: u64) {
        for (_, postings) in &mut self.walked {
            postings.seek(number);
        }
        while self.sorted.pop_if(|(behind, _)| *behind < number).is_some() {}
    }
}

/// Goes on to the next number that all unions have, and returns it with the sum of its closenesses; the unions stand at
/// it then. None where there is no other, and of no unions.
pub(crate) fn next_in_all(unions: &mut [Union<'_>]) -> Option<(u64, Closeness)> {
    let mut number = unions.first()?.head()?.0;
    'leap: loop {
        let mut sum: Closeness = 0;
        for union in &mut *unions {
            union.seek(number);
            let (head, closeness) = union.head()?;
            if head != number {
                number = head;
                continue 'leap;
            }
            sum = sum.saturating_add(closeness);
        }
        return Some((number, sum));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of several blocks, near to each other and far apart.
    fn numbers(count: u64, step: u64) -> Vec<u64> {
        (0..count).map(|at| at * at % 7 + at * step).collect()
    }

    #[test]
    fn what_is_written_is_walked_over() {
        for count in [0, 1, 127, 128, 129, 256, 257, 1_000] {
            let numbers = numbers(count, 11);
            let mut bytes = Vec::new();
            write(&mut bytes, &numbers);
            let walk = Postings::new(&bytes, 5);
            assert_eq!(walk.left(), count);
            let expected: Vec<u64> = numbers.iter().map(|number| number + 5).collect();
            assert_eq!(walk.collect::<Vec<_>>(), expected, "{count}");
        }
    }

    #[test]
    fn a_walk_that_skips_stands_where_one_that_does_not_would() {
        let numbers = numbers(1_000, 11);
        let mut bytes = Vec::new();
        write(&mut bytes, &numbers);
        for step in [1, 10, 300, 1_409, 5_000, 20_000] {
            let mut walk = Postings::new(&bytes, 3);
            for sought in (0..12_000).step_by(step) {
                walk.seek(sought);
                let expected = numbers.iter().map(|number| number + 3);
                let mut expected = expected.filter(|number| *number >= sought);
                assert_eq!(walk.head(), expected.clone().next(), "{sought}");
                assert_eq!(
                    usize::try_from(walk.left()).unwrap(),
                    expected.by_ref().count()
                );
            }
        }
    }

    #[test]
    fn bytes_that_end_early_end_the_walk() {
        let numbers = numbers(300, 200);
        let mut bytes = Vec::new();
        write(&mut bytes, &numbers);
        for end in 0..bytes.len() {
            let walk = Postings::new(&bytes[..end], 0);
            assert!(numbers.starts_with(&walk.collect::<Vec<_>>()), "{end}");
        }
    }

    #[test]
    fn what_unions_have_in_common_is_found_with_its_closeness() {
        let lists: Vec<Vec<u8>> = (1..40u64)
            .map(|step| {
                let mut bytes = Vec::new();
                write(
                    &mut bytes,
                    &(0..400).map(|at| at * step).collect::<Vec<_>>(),
                );
                bytes
            })
            .collect();
        let union = |steps: std::ops::Range<u64>| {
            let of = |step: u64| {
                (
                    u32::try_from(step).unwrap(),
                    &lists[usize::try_from(step - 1).unwrap()],
                )
            };
            let postings = steps.map(of);
            Union::new(
                postings
                    .map(|(closeness, bytes)| (closeness, Postings::new(bytes, 0)))
                    .collect(),
            )
        };
        let closeness = |steps: std::ops::Range<u64>, number: u64| {
            steps
                .clone()
                .find(|step| number.is_multiple_of(*step) && number / step < 400)
        };
        let (one, other) = (2..5, 7..40);
        let mut unions = [union(one.clone()), union(other.clone())];
        for number in 0..16_000 {
            let sum = closeness(one.clone(), number).zip(closeness(other.clone(), number));
            let Some((a, b)) = sum else { continue };
            let found = next_in_all(&mut unions);
            assert_eq!(found, Some((number, u32::try_from(a + b).unwrap())));
            unions[0].seek(number + 1);
        }
        assert_eq!(next_in_all(&mut unions), None);
    }
}
