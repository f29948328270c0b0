"""Names for model files: what is learnt of models, and what it changes in the images' rows."""
