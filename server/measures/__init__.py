"""Measures: every number of the plan, defined once; progress against targets."""
