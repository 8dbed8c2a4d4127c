"""Runs functions: each in a process of its own, kept warm. Decides nothing about who may call."""
