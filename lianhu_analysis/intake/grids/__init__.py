"""The bytes of a delivered file as grids of plain cells, whatever program wrote it."""
