"""Stand-ins for the world outside, for the demo and the tests; they talk over the wire only."""
