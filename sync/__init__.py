"""The pure heart of Loa: what an operation made offline does to a record. It only calculates."""
