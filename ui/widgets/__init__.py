"""Small parts that every screen is made of. They show plain text only and know nothing of a case."""
