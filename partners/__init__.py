"""People and organisations: User, Partner, Membership, Invitation, Collaboration, ProjectCard.

Imports only oil_portal.core. Roles come from active memberships (`roles.py`); who may do what is in
`permissions.py`; the statuses of a partner and of a membership are in `workflow.py`.
"""
