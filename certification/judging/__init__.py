"""The checks of each area of the catalogue: pure functions over the evidence of a run."""
