"""Leaflets, their versions, print runs with short codes, and what is printed of them."""
