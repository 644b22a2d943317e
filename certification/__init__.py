"""Certification: what a device does is recorded, and judged against the catalogue of ECO/1."""
