"""One language, one set of verbs, one database."""
