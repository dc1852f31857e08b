"""What a case is made of. Each record type is declared once and read through one view."""
