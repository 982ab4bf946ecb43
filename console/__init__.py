"""The command line, and the only place that builds concrete things."""
