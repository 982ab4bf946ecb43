"""Mail: letters out, commands in, over SMTP, LMTP and IMAP."""
