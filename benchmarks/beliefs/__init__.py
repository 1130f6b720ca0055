"""What is believed about an outcome, told in many ways that must agree."""
