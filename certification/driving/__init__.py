"""Driving a device: what the firm declares of it, and a run that plays the scenarios with it."""
