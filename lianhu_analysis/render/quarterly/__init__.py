"""What the quarterly report says."""
