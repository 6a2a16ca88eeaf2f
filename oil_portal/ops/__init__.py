"""What somebody who runs the portal needs: log lines that belong together, figures, backup and restore."""
