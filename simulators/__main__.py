"""`python -m simulators`: the same as `ecohub simulate`."""

from simulators.cli import app

if __name__ == "__main__":
    app(prog_name="simulators")
