"""Faults put into the system on purpose: what it must refuse, survive or say."""
