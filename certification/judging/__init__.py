"""Judging: from a transcript to a verdict on every rule. Pure: no clock, no file, no network."""
