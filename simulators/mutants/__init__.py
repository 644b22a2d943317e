"""Devices that break one rule each: what a certification suite has to find, and nothing else."""
