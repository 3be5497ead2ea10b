"""The sync simulator: phones, a network, a server and people, all from one seed, in virtual time.

Single-threaded, no sleeping, no real clock: the same seed gives the same trace. The code under
test is the real `sync/`; what is modelled is the world around it and a server with nothing in it
but `sync/`. `broken` holds mistakes that other engines have made; each must be caught.
"""
