"""ECS Exec: terminals in running containers, through the Session Manager's data channel."""
