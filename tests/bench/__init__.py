"""Measurements that are run by hand, with requirements/bench.txt installed."""
