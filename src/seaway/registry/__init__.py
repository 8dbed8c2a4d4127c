"""Keeps images: the OCI push and pull API behind ECR. Knows nothing of tasks."""
