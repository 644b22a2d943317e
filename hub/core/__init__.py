"""The pure part of the hub: time and ids come in, effects go out as data.

`Hub` is the one door: `receive`, `refuse`, `request`, `tick` and the few others each return an
`Outcome`: what to save, what to send, what to announce.
"""
