"""What laptop and server say to each other: shapes, limits, signatures, codes. No network and no database in here."""
