"""What people do in Slack, each kind in a file."""
