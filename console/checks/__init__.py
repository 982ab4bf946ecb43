"""What `doctor` looks at, one file for each thing that can be set up wrongly."""
