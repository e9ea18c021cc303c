"""Numbers: arrays in, arrays out. No logging, no input or output, no type of the model."""
