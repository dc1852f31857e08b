"""The frame around the work: unlock screen, window, rail, case frame, lock."""
