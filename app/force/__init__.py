"""What the force says on this laptop: its signed policy, where it is kept, and which one is in force."""
