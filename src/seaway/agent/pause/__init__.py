"""The program that holds a network namespace open, and its image."""
