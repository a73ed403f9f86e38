//! Carillon.
