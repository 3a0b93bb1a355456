"""The server: one log of acts a site, judged under the site's lock, and what follows from it."""
