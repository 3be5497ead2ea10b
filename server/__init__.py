"""The Flask application of Loa: one folder for each noun of the field, imported in one checked order."""
