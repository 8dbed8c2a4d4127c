"""Settles: compares what is with what should be, one key at a time, and writes the difference.

Never touches the outside world, keeps nothing that a restart would miss.
"""
