"""Pure decisions: facts, floor, suggestions, override, review, safe contact, paper. Nothing here reads files."""
