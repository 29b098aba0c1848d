"""From an assessment to charts, tables and pages that can be traced to their cells."""
