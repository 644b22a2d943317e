"""HTTPS of the hub: its own authority and certificate, or files that the owner names."""
