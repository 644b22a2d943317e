"""What devices say, decided and served: `hub.core` decides, the rest does the I/O around it."""
