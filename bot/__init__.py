"""Slack: the team's daily tool."""
