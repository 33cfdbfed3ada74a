//! Figures over a million events: how long an answer takes, for any filter, any D and any R, beside
//! the same questions as SQL on PostgreSQL. `make bench` prints them as a table.
//!
//! Start at [`main`]. The answers of both must be equal: that is a check too. With
//! `HABEAS_BENCH_POSTGRES=no` the figures stand alone.
//!
//! Never here: tests, and what a rule says (docs/reference/figures.md).
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a bench measures time, prints, and may stop at the first surprise"
)]

mod asked;
mod folded;
mod invented;
mod measured;
mod postgres;

use std::time::{Duration, Instant};

use figures::{Answer, ColumnStore};

use crate::asked::{Question, SORTS, questions};
use crate::folded::{Folded, resident_mib};
use crate::measured::{Took, ms, number, processor_time, rate};

/// How many events there are where `HABEAS_BENCH_EVENTS` does not say.
const EVENTS: u64 = 1_000_000;
/// How many questions of each sort are asked where `HABEAS_BENCH_QUESTIONS` does not say.
const QUESTIONS_EACH: u64 = 40;
/// How often each question is asked.
const ROUNDS: u64 = 5;
const SEED: u64 = 20_201_210;

fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let each = number("HABEAS_BENCH_QUESTIONS", QUESTIONS_EACH);
    let start = Instant::now();
    let leaves = invented::history(events, SEED);
    let bytes: usize = leaves.iter().map(Vec::len).sum();
    eprintln!(
        "{events} events invented in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let folded = Folded::of(leaves);
    let took = start.elapsed();
    eprintln!(
        "folded in {:.1} s, {:.0}/s",
        took.as_secs_f64(),
        rate(events, took)
    );
    let (before, start) = (resident_mib(), Instant::now());
    let table = folded.table();
    println!(
        "{events} events of about {} bytes; {} rows of facts; columns loaded in {:.1} s, {} MiB",
        bytes as u64 / events,
        table.rows(),
        start.elapsed().as_secs_f64(),
        resident_mib().saturating_sub(before),
    );
    let mut questions = questions(each, folded.newest(), SEED);
    if let Ok(text) = std::env::var("HABEAS_BENCH_QUESTION") {
        questions.retain(|question| {
            question
                .query
                .link(question.at, question.query.on)
                .contains(&text)
        });
    }
    let (answers, ours) = ask(&table, &questions);
    drop(table);
    let beside = std::env::var("HABEAS_BENCH_POSTGRES").as_deref() != Ok("no");
    let theirs = beside
        .then(|| postgres::ask(&folded, &questions, &answers))
        .flatten();
    print(&questions, &ours, theirs.as_deref());
    for (took, question) in slowest(&questions, &ours) {
        eprintln!(
            "{:.2} ms {} {:?}",
            ms(took),
            question.query.link(question.at, question.query.on),
            question.scope
        );
    }
}

/// How long each time of one question took: by the clock, and on a processor.
#[derive(Default)]
struct Asked {
    wall: Took,
    processor: Took,
}

/// Asks each question some times; returns the answers, and how long each time took.
fn ask(table: &ColumnStore, questions: &[Question]) -> (Vec<Answer>, Vec<Asked>) {
    let one = |question: &Question| {
        let mut took = Asked::default();
        let mut ask = || {
            let (start, before) = (Instant::now(), processor_time());
            let answer =
                figures::answer(table, &question.query, question.at, None, &question.scope);
            let answer = answer.expect("an answer");
            took.processor.push(processor_time() - before);
            took.wall.push(start.elapsed());
            answer
        };
        let answer = ask();
        for _ in 1..number("HABEAS_BENCH_ROUNDS", ROUNDS) {
            assert!(ask() == answer, "one question, one answer");
        }
        (answer, took)
    };
    questions.iter().map(one).unzip()
}

fn print(questions: &[Question], ours: &[Asked], theirs: Option<&[Duration]>) {
    println!(
        "{:<30} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11} {:>11} {:>8} {:>8}",
        "figures", "p50", "p99", "max", "CPU p50", "CPU p99", "PG p50", "PG p99", "ratio", "least"
    );
    let row = |name: &str, of: &dyn Fn(&Question) -> bool| {
        let mut took = Took::default();
        let mut processor = Took::default();
        let mut other = Took::default();
        let mut ratios: Vec<f64> = Vec::new();
        for (number, _) in questions.iter().enumerate().filter(|(_, q)| of(q)) {
            took.extend(&ours[number].wall);
            processor.extend(&ours[number].processor);
            if let Some(theirs) = theirs {
                other.push(theirs[number]);
                ratios.push(ms(theirs[number]) / ms(ours[number].wall.percentile(50)));
            }
        }
        let (p50, p99, max) = (
            took.percentile(50),
            took.percentile(99),
            took.percentile(100),
        );
        print!(
            "{name:<30} {:>6.2} ms {:>6.2} ms {:>6.2} ms",
            ms(p50),
            ms(p99),
            ms(max)
        );
        let (cpu50, cpu99) = (processor.percentile(50), processor.percentile(99));
        print!(" {:>6.2} ms {:>6.2} ms", ms(cpu50), ms(cpu99));
        if theirs.is_some() {
            let (other50, other99) = (other.percentile(50), other.percentile(99));
            ratios.sort_by(f64::total_cmp);
            print!(
                " {:>8.1} ms {:>8.1} ms {:>8.1} {:>8.1}",
                ms(other50),
                ms(other99),
                ratios[ratios.len() / 2],
                ratios[0],
            );
        }
        println!();
    };
    for sort in SORTS {
        row(sort, &|question| question.sort == sort);
    }
    row("all", &|_| true);
}

/// Returns the slowest questions, by the median of their time on a processor.
fn slowest<'a>(questions: &'a [Question], ours: &[Asked]) -> Vec<(Duration, &'a Question)> {
    let medians = ours.iter().map(|took| took.processor.percentile(50));
    let mut found: Vec<(Duration, &Question)> = medians.zip(questions).collect();
    found.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    found.truncate(12);
    found
}
