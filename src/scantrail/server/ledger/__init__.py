"""The log of acts, and everything that is written in the transaction that judges one."""
