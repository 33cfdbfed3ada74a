//! Several segments as one.
//!
//! Never here: which are merged, and when.

use fst::Streamer as _;
use fst::map::OpBuilder;

use super::builder::{NameWriter, TermWriter, rising};
use super::segment::{Segment, SegmentError};
use super::terms::is_of_events;

/// Makes one segment of several that follow each other; none of none.
///
/// # Errors
/// [`SegmentError`] where it cannot be written: a segment holds 2^32 bytes of names.
pub fn merge(segments: &[&Segment]) -> Result<Option<Segment>, SegmentError> {
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Ok(None);
    };
    let (names, numbers) = merge_names(segments)?;
    let mut terms = TermWriter::new()?;
    let mut all = OpBuilder::new();
    for segment in segments {
        all = all.add(segment.terms());
    }
    let mut union = all.union();
    while let Some((key, places)) = union.next() {
        let is_position = key.first().is_some_and(|sort| is_of_events(*sort));
        let mut under = Vec::new();
        // The newest first: distances from the last position rise.
        for place in places.iter().rev() {
            let Some(segment) = segments.get(place.index) else {
                continue;
            };
            if is_position {
                let offset = last.last().get().saturating_sub(segment.last().get());
                under.extend(segment.postings(place.value, offset));
                continue;
            }
            let numbers = numbers
                .get(place.index)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let found = segment.postings(place.value, 0);
            under.extend(found.filter_map(|number| {
                let number = usize::try_from(number).ok()?;
                numbers.get(number).copied()
            }));
        }
        terms.write(key, &rising(under))?;
    }
    terms.end(first.first(), last.last(), names).map(Some)
}

/// Merges the names of segments, each once; returns for each segment which number each of its names gets.
fn merge_names(segments: &[&Segment]) -> Result<(NameWriter, Vec<Vec<u64>>), SegmentError> {
    let mut merged = NameWriter::default();
    let mut numbers: Vec<Vec<u64>> = segments.iter().map(|_| Vec::new()).collect();
    let mut heads: Vec<_> = segments.iter().map(|segment| segment.name(0)).collect();
    let mut number = 0u64;
    while let Some(least) = heads.iter().flatten().min().cloned() {
        merged.write(&least)?;
        for ((segment, head), numbers) in segments.iter().zip(&mut heads).zip(&mut numbers) {
            if head.as_ref() == Some(&least) {
                numbers.push(number);
                let next = u64::try_from(numbers.len()).map_err(|_| SegmentError::Other)?;
                *head = segment.name(next);
            }
        }
        number += 1;
    }
    Ok((merged, numbers))
}
