"""S3: buckets and objects over HTTP, streamed to and from files.

An ASGI application of its own beside the gateway, since bodies are not held in memory. What is
remembered are nouns (core/buckets.py); their bytes lie in files (store/objects.py).
"""
