"""Whether what is stored agrees with itself. Reads everything, changes nothing."""
