"""The server's database: connections, transactions, tables, and the statements that every room uses."""
