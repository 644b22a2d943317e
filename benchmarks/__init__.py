"""How fast and how small the hub is, each figure beside its bare limit; `ecohub bench`."""
