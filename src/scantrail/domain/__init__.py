"""What Scantrail knows and obeys: values and rules, with no clock, no random and no input or output."""
