"""The append-only notebook of a device: ids, clock, entries, fold. Pure: no disk, no network, no clock of its own."""
