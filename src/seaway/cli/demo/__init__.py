"""The demo: the walk-through of cats and dogs, every step of it through the AWS APIs."""
