"""Why: who pulls, what moved, what if, which lever; pure functions of figures and verdicts."""
