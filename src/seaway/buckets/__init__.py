"""S3: buckets and objects over HTTP. Keeps no state of its own: nouns and object files do."""
