"""What the product knows: notebook, records, rules, forms, vault, store, paper and use cases. No Qt, no HTTP."""
