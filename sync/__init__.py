"""The exchange between laptops and the force's own server: the messages, the laptop's end, the server's end."""
