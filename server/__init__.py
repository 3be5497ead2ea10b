"""The Flask application of Loa: a folder for each noun of the field, in one checked order."""
