"""Pretend devices with physics; on the wire they are like any other device."""
