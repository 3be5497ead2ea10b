"""What the public sees: the page behind a code and of contributions; who opened it, and figures."""
