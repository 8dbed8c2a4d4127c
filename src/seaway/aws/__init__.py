"""Listens: an AWS request → one handler in one transaction → an AWS answer.

Never waits for an effect, never touches Docker or Envoy.
"""
