"""What runs under the demo and the tests: PostgreSQL, Redis and a mail catcher as child processes, and the launcher.

Knows nothing of Django: it starts processes and hands them their environment. The rooms:
install.py (venv and locked packages), child.py (a process that dies with its parent), processes.py (start, stop,
lock, ports), postgres.py, redis_server.py, catcher.py, embedded.py (the three together), demo.py (the launcher behind
`make demo`), bench.py, shots.py.
"""
