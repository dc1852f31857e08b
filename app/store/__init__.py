"""The only place that speaks SQLCipher."""
