"""Seaway: Amazon ECS with Service Connect, on machines you own."""
