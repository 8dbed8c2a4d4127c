"""Signs: keys, requests and certificates, as PEM texts in and out.

The one room that sees ``cryptography``, whose keys and signatures are made of the operating
system's randomness, and not of a Moment's: a key that can be foretold is none. It keeps
nothing, reads no clock, and decides neither who is signed for nor for how long.
"""
