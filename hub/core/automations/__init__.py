"""What the home does by itself: when something happens, if all is as asked, then some things.

Pure as all of the core: an automation is data, `checks` says whether it fits the home, and what
happens, and the time, come in as arguments.
"""
