"""Transports, one module each: HTTP pull, file tail, syslog server, inbox folder."""
