"""Checking what was read against what accounting and its own history allow."""
