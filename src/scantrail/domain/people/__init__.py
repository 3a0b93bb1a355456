"""Who works where: workers with their rights, and sites with their settings."""
