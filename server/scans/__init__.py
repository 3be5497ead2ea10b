"""Scans of printed leaflets: the public page behind a code, who opened it, and figures of that."""
