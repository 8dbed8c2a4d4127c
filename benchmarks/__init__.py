"""Figures side by side with what they are compared to, each measured in the same run."""
