//! Names in messages.

/// Names given before a message says how many more there are.
const NAMED: usize = 8;

/// The first of `names`, and how many more there are.
pub(super) fn first_of(names: &[String]) -> String {
    let first = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
