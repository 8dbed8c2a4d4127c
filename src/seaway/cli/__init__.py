def main() -> None:
    raise SystemExit("seaway is being built")
