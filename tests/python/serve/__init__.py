"""The server, as a process of its own on loopback."""
