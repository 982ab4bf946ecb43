"""The shared grammar and the commands of every surface."""
