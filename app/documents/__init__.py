"""Paper: one builder per document, one style, one way to put text on a page."""
