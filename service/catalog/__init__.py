"""What is known about models from outside the images. Filled by a later issue."""
