"""Pictures of the screens as lines of text: pure functions of what is shown and the size of the glass."""
