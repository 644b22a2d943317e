"""The ecosystem's design rules: what makes a product look at home in the app, and stay so.

`lint` judges a product spec, `compare` two versions of one, `draft` begins a new one.
"""
