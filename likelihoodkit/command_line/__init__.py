"""What the command line does: commands, and noises and losses read from text."""
