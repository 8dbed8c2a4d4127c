"""Remembers: nouns in transactions, their changes, and series. Never decides."""
