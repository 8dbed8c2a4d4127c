"""Tells resolvers: answers to DNS questions, made from what is registered.

The control plane writes all that is to be answered into one file (``publisher``); a small
process of its own (``python -m seaway.dns``) answers from it, also while the control plane is
away. Modules that process needs import nothing heavy.
"""
