"""How people arrange a home: floors, rooms, groups, scenes, favourites, and the way back.

Pure as all of the core: `Arrangement` keeps what people have named, `groups` says how a group is,
`scenes` makes steps from what devices show now.
"""
