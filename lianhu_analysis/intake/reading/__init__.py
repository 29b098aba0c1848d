"""From the bytes of a delivered file to tidy rows: grids, layouts, names, cells."""
