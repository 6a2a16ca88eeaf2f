"""People and organisations in the browser, a module per kind of page."""
