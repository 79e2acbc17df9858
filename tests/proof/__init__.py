"""The ledger proved as a whole: killed anywhere, done in any order, replayed."""
