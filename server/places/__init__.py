"""Places: provinces and communes with their versions and successions; BHXH offices; search."""
