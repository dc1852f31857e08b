"""Pure decisions: facts of a case, floor, suggestions, override, review, safe contact, paper. Nothing here reads files."""
