"""The requests and answers of each service as TypedDicts, written by tools/generate_shapes.py."""
