"""The server over HTTP: what is asked, by which device, how often, and what is answered."""
