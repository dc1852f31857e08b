"""The force's own server: it takes entries in, judges and numbers them, and hands out what each laptop may hold."""
