"""Plans: the year's annex as data. Rows, targets, periods, and how open words are read."""
