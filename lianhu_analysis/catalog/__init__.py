"""What is measured: indicators, targets, statistical periods, units, release calendar."""
