"""Speaks: the words control plane and hosts exchange. Never does I/O."""
