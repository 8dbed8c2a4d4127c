"""Works: on a host, one worker per task, driving Docker Engine and Envoy. Never sees the store."""
