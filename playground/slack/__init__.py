"""A strict stand-in for Slack: its Web API, response_urls, files, events and Socket Mode.

It talks real HTTP and WebSocket, and is as unforgiving as Slack where that is documented.
"""

from playground.slack.server import Fault, SlackStandIn
from playground.slack.workspace import Call, Said, Workspace

__all__ = ["Call", "Fault", "Said", "SlackStandIn", "Workspace"]
