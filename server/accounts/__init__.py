"""People: accounts with a role and units, the console's sign-in, the audit log."""
