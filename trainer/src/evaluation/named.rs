//! Lists names in messages.

/// Number of names before a message only says how many more there are.
const NAMED: usize = 8;

/// The first of `names`, and the number of the others.
pub(super) fn first_of(names: &[String]) -> String {
    let first = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
