"""One small class for each kind of field, made from the record declaration; none of them knows a page."""
