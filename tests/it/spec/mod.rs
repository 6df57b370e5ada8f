//! Standards, row by row.
