//! Empty: this package holds tests only.
