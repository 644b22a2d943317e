"""What is said: ECO/1 as data and pure functions; `SPEC.md` is the norm."""
