"""The forms that open in Slack, and what they become when they are submitted."""
