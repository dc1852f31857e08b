"""The use cases: the only door for the screens and for the command line."""
