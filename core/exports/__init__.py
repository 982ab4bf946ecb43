"""Results out: CSV, XML and JSON, streamed."""
