"""What every fact stands on: acts, refusals, and the world they are judged against."""
