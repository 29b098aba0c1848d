"""From a notebook to a published page: run, check, render, put in place."""
