"""Content packs: forms, profiles, directories and words that a force signs and hands out between two versions."""
