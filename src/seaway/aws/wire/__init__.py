"""The codecs: AWS requests in, plain dicts out, and back. No I/O, no clock, no chance."""
