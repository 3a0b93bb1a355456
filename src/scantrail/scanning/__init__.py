"""From keys, pastes and frames to readings."""
