"""What is loaded, kept and carried out only when it is asked for."""
