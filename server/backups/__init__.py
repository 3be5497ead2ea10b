"""Backups that are proved before anything is promised on them, and the way back."""
