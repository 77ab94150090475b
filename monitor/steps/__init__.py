"""What the three steps of the pipeline are made of."""
