"""Instruments, rules, lists and profiles as data: read, checked and handed out. Nothing here decides."""
