"""`seaway demo deployments`: each strategy brought in, and rolled back in three ways."""
