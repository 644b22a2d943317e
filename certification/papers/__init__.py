"""Papers: keys, certificates that are signed with them, and the registry that lists those.

Nothing here asks the network. Every file has exactly one way to be written; a file that is written
in any other way is refused, with the place and the reason.
"""
