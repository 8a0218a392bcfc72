"""Running the centre: crisis level, shift handover, roster and metrics."""
