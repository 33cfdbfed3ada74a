//! What follows from lists seen at several times.

mod charged;
mod real;
mod versions;
