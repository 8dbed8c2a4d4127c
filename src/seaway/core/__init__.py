"""Decides: nouns, and pure decisions about them. Never waits, logs or reads a clock."""
