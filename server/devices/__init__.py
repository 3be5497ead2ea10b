"""Phones: enrolment by a code, bearer tokens, revocation, and what a phone last told of itself."""
