"""Who comes in: the second step, the devices where somebody is logged in, and the log-in of schools."""
