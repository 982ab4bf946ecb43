"""The official results API: asked about numbers, and polled for what is new (IELTS-API.md)."""
