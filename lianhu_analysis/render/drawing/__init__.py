"""Charts: fonts and theme, placement, one function for each figure."""
