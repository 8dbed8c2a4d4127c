"""Explains: why traffic goes where it goes, and what passes. Never writes."""
