"""The demo: accounts, data made through the services, a log-in by one click and the caught mails. Off unless DEMO."""
