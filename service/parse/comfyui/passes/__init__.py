"""From the saved image back to its passes, and what each pass was made with."""
