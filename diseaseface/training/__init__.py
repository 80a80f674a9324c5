"""What users teach: profiles from their pictures."""
