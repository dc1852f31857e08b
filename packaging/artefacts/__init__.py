"""What `dev.py build` makes; how an artefact is added stands in `kinds.py`."""
