"""How devices are reached: one file per family of devices, each behind `contract.Driver`."""
