"""The workspace's data, and the simulation that stands in for deliveries not yet connected."""
