"""Reports: what a judgement says, for programs, people, CI and the one who has to mend it.

All of them are made from the transcript and nothing else, so that they can be made again.
"""
