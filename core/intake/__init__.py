"""Results in: files of every shape into one database."""
