"""The screens: what each shows, and what scans and keys do there."""
