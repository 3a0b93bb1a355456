"""What things are called: ids, serial formats, check digits, number series and look-alike labels."""
