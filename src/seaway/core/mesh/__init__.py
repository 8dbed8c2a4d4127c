"""Decides what each proxy carries, in our words, and renders it as Envoy's resources."""
