"""From a delivered file to checked observations in the vintage store."""
