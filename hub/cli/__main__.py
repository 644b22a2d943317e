"""`python -m hub.cli`: the command line as a child of another one."""

from hub.cli import main
from hub.cli.parent import end_with_parent

end_with_parent()
main()
