"""The recorder: the broker, join desk and mDNS that a device meets, each byte of which is kept.

It does what a scenario says, also what no honest broker would, and judges nothing.
"""
