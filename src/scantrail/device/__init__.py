"""The device below the screen: its store, its session, and its exchange with the server."""
