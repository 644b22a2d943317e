"""The people of a home at run time: who comes, who asks, what they see, who goes."""
