"""What several parsers read alike: JSON, names of model files, CivitAI resources."""
