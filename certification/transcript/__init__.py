"""The transcript: the chained lines of a run, and the packets whose bytes they hold."""
