"""The REST interface, and the webhooks' way out."""
