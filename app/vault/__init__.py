"""The vault's key slots, passphrases and lock. Delivers keys; the encrypted database itself belongs to app.store."""
