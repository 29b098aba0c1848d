"""From the vintages known on a day to a verdict on every target."""
