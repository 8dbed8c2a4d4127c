"""What a program inside a task finds at 169.254.170.2: who it is, keys, protection, the API."""
