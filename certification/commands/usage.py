"""The group of `ecohub certify`: wrong usage has an exit code of its own."""

from typing import Any, Final

import typer
from typer.core import TyperGroup

from certification.errors import UsageError

_WRONG: Final[Any] = typer.BadParameter.mro()[1]
"""What is raised for any wrong usage; typer has a name for its children alone."""


class CertifyGroup(TyperGroup):
    """Ends with 4 where a command line cannot be taken: 2 says that a run was inconclusive."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options of the group itself."""
        try:
            return super().parse_args(ctx, args)
        except _WRONG as error:
            error.exit_code = UsageError.exit_code
            raise

    def invoke(self, ctx: Any) -> Any:
        """Find the command, read its options and do it."""
        try:
            return super().invoke(ctx)
        except _WRONG as error:
            error.exit_code = UsageError.exit_code
            raise
