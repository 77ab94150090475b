"""Pure tools that the stages share."""
